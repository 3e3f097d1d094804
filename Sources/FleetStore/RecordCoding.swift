import Foundation

/// JSON bodies of records: keys sorted, slashes as they are, so that a person can read and compare them.
package enum RecordCoding {
  private static let decoder = JSONDecoder()

  package static func text(_ value: some Encodable) throws(StoreError) -> String {
    do {
      return try RecordEncoder.text(value)
    } catch {
      throw .notEncodable(reason(error))
    }
  }

  /// Throws `DecodingError`; callers say which record it was.
  package static func value<Value: Decodable>(_ type: Value.Type = Value.self, of text: String) throws -> Value {
    try decoder.decode(type, from: Data(text.utf8))
  }

  /// A record outside the journal.
  static func record<Value: Decodable>(
    _ type: Value.Type = Value.self, of text: String, table: String, id: String
  ) throws(StoreError) -> Value {
    do {
      return try value(type, of: text)
    } catch {
      throw .corruptRecord(table: table, id: id, text: reason(error))
    }
  }

  /// What a coding error says, with the place in the value.
  static func reason(_ error: any Error) -> String {
    func text(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
    switch error {
    case DecodingError.dataCorrupted(let context), DecodingError.keyNotFound(_, let context),
      DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      return text(context)
    case EncodingError.invalidValue(_, let context): return context.debugDescription
    default: return String(describing: error)
    }
  }
}

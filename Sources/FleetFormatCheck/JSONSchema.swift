import Foundation

/// As much of JSON Schema (2020-12) as the documents' schemas use, for tests. A keyword that it does not know is an error
/// of its own, so that no schema says more than is checked.
package struct JSONSchema {
  private let root: [String: Any]

  /// - Parameters:
  ///   - text: JSON with the schema in it.
  ///   - path: names of the members that lead to it.
  package init(_ text: String, at path: [String] = []) throws {
    var value: Any? = try JSONSerialization.jsonObject(with: Data(text.utf8))
    for name in path { value = (value as? [String: Any])?[name] }
    guard let object = value as? [String: Any] else { throw CocoaError(.coderReadCorrupt) }
    root = object
  }

  /// Everything that is wrong with a document, each with its place.
  package func problems(_ text: String) throws -> [String] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return check(value, root, "$")
  }

  private static let known: Set<String> = [
    "type", "properties", "required", "additionalProperties", "items", "enum", "pattern", "minimum",
  ]

  private func check(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
    var found = schema.keys.filter { !Self.known.contains($0) }.sorted().map { "\(place): unknown keyword \($0)" }
    if let type = schema["type"] {
      let types = (type as? [String]) ?? [type as? String ?? ""]
      if !types.contains(Self.type(of: value)), !(types.contains("number") && Self.type(of: value) == "integer") {
        return found + ["\(place): \(Self.type(of: value)) instead of \(types.joined(separator: " or "))"]
      }
    }
    if let words = schema["enum"] as? [Any], !words.contains(where: { Self.same($0, value) }) {
      found.append("\(place): \(value) is none of \(words)")
    }
    if let pattern = schema["pattern"] as? String, let text = value as? String,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      found.append("\(place): \(text) does not match \(pattern)")
    }
    if let least = schema["minimum"] as? Int, let number = value as? Int, number < least {
      found.append("\(place): \(number) is below \(least)")
    }
    return found + members(value, schema, place)
  }

  private func members(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
    var found: [String] = []
    if let array = value as? [Any], let items = schema["items"] as? [String: Any] {
      for (index, element) in array.enumerated() { found += check(element, items, "\(place)[\(index)]") }
    }
    guard let object = value as? [String: Any] else { return found }
    for key in schema["required"] as? [String] ?? [] where object[key] == nil {
      found.append("\(place): lacks \(key)")
    }
    let properties = schema["properties"] as? [String: Any] ?? [:]
    for (key, member) in object.sorted(by: { $0.key < $1.key }) {
      if let own = properties[key] as? [String: Any] {
        found += check(member, own, "\(place).\(key)")
      } else if let other = schema["additionalProperties"] as? [String: Any] {
        found += check(member, other, "\(place).\(key)")
      } else if schema["additionalProperties"] as? Bool == false {
        found.append("\(place): unknown member \(key)")
      }
    }
    return found
  }

  private static func type(of value: Any) -> String {
    switch value {
    case is NSNull: return "null"
    case is String: return "string"
    case is [Any]: return "array"
    case is [String: Any]: return "object"
    case let number as NSNumber:
      // Foundation keeps truth values as one-byte numbers of their own.
      if String(cString: number.objCType) == "c" { return "boolean" }
      return number.doubleValue == number.doubleValue.rounded() ? "integer" : "number"
    case _: return "unknown"
    }
  }

  private static func same(_ left: Any, _ right: Any) -> Bool {
    "\(left)" == "\(right)" && type(of: left) == type(of: right)
  }
}

/// The body of `os-migrateLive`, checked as each microversion wants it.
enum LiveMigrationRequest {
  /// The host asked for; nil lets the scheduler choose. `force` is never accepted, whatever the version.
  /// - Throws: 400 naming the field.
  static func host(_ argument: APIValue, _ call: NovaCall) throws(NovaFault) -> String? {
    guard let members = argument.object else {
      throw .field("os-migrateLive", argument, "\(argument.python) is not of type 'object'")
    }
    if let block = members["block_migration"] { try checkBlock(block, call) }
    let required = call.since(25) ? ["block_migration", "host"] : ["block_migration", "disk_over_commit", "host"]
    if let missing = required.first(where: { members[$0] == nil }) {
      throw .field("os-migrateLive", argument, "'\(missing)' is a required property")
    }
    if let odd = members.keys.sorted().first(where: { !required.contains($0) }) {
      throw .field("os-migrateLive", argument, NovaFault.additional(odd))
    }
    return try hostName(members)
  }

  /// The member `host`: a text or null.
  static func hostName(_ members: [String: APIValue]) throws(NovaFault) -> String? {
    switch members["host"] ?? .null {
    case .null: return nil
    case .string(let host): return host
    case .bool, .int, .double, .array, .object:
      let host = members["host"] ?? .null
      throw .field("host", host, "\(host.python) is not of type 'string', 'null'")
    }
  }

  private static func checkBlock(_ block: APIValue, _ call: NovaCall) throws(NovaFault) {
    if block.boolean != nil || block == "auto" && call.since(25) { return }
    let words = NovaWords.booleans + (call.since(25) ? ", 'auto'" : "")
    throw .field("block_migration", block, "\(block.python) is not one of [\(words)]")
  }
}

/// Lists that Nova's validators print.
enum NovaWords {
  static let yes = ["True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes"]
  static let no = ["False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no"]

  static var booleans: String {
    "True, \(quoted(yes)), False, \(quoted(no))"
  }

  private static func quoted(_ words: [String]) -> String { words.map { "'\($0)'" }.joined(separator: ", ") }
}

extension APIValue {
  /// As Nova reads booleans in bodies; nil for everything else.
  var boolean: Bool? {
    switch self {
    case .bool(let value): value
    case .string(let text) where NovaWords.yes.contains(text): true
    case .string(let text) where NovaWords.no.contains(text): false
    case .null, .int, .double, .string, .array, .object: nil
    }
  }
}

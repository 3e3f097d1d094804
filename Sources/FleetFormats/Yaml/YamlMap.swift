/// A mapping with a fixed set of keys: any other key is an error when the map is made.
struct YamlMap {
  let name: String
  let line: Int
  let log: DiagnosticLog
  private let fields: [String: YamlField]

  /// `nil` if the node is no mapping (reported).
  init?(_ node: YamlNode, name: String, keys: [String], log: DiagnosticLog) {
    guard let entries = YamlField(name: name, node: node, log: log).entries() else { return nil }
    self.name = name
    self.line = node.line
    self.log = log
    var fields: [String: YamlField] = [:]
    for entry in entries {
      if keys.contains(entry.name) {
        fields[entry.name] = entry
      } else {
        let hint = Suggestion.text(for: entry.name, among: keys.filter { fields[$0] == nil })
        log.report(.unknownKey, line: entry.keyLine, "unknown key \"\(entry.name)\" in \(name)\(hint)")
      }
    }
    self.fields = fields
  }

  /// The field, if it is there (it may be null).
  subscript(_ key: String) -> YamlField? { fields[key] }

  /// The field, or a report that it is missing.
  func required(_ key: String) -> YamlField? {
    if let field = fields[key] { return field }
    log.report(.missingKey, line: line, "\(name) lacks \"\(key)\"")
    return nil
  }
}

/// One value under a key, with readers for each type. A reader that returns `nil` has reported why.
struct YamlField {
  let name: String
  let node: YamlNode
  let log: DiagnosticLog
  /// Line of the key; the value's own line where there is no key.
  let keyLine: Int

  init(name: String, node: YamlNode, log: DiagnosticLog, keyLine: Int? = nil) {
    self.name = name
    self.node = node
    self.log = log
    self.keyLine = keyLine ?? node.line
  }

  var line: Int { node.line }
  var isNull: Bool { node.isNull }

  func report(_ kind: Diagnostic.Kind, _ text: String) { log.report(kind, line: line, text) }

  /// Reports that another type was expected.
  func refuse<Value>(_ expected: String) -> Value? {
    report(.wrongType, "\(name) must be \(expected), not \(found)")
    return nil
  }

  /// What stands there, for messages.
  private var found: String {
    switch node.content {
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .scalar(let text, let plain):
      isNull ? "nothing" : plain ? text.shortened : "\"\(text.shortened)\""
    }
  }

  // MARK: Structure

  /// The fields of a mapping whatever their keys, in written order.
  func entries() -> [YamlField]? {
    switch node.content {
    case .mapping(let entries):
      entries.map { YamlField(name: $0.key, node: $0.value, log: log, keyLine: $0.line) }
    case .scalar, .sequence: refuse("a mapping")
    }
  }

  func map(keys: [String], name: String? = nil) -> YamlMap? {
    YamlMap(node, name: name ?? self.name, keys: keys, log: log)
  }

  /// The elements of a list, at most `maximum`.
  func elements(maximum: Int) -> [YamlField]? {
    switch node.content {
    case .sequence(let nodes):
      guard nodes.count <= maximum else {
        report(.invalidValue, "\(name) has \(nodes.count) elements; \(maximum) are allowed")
        return nil
      }
      return nodes.map { YamlField(name: name, node: $0, log: log) }
    case .scalar, .mapping: return refuse("a list")
    }
  }

  /// Every element read by `read`; `nil` if one of them failed.
  func list<Value>(maximum: Int, _ read: (YamlField) -> Value?) -> [Value]? {
    guard let elements = elements(maximum: maximum) else { return nil }
    let values = elements.map(read)
    let good = values.compactMap { $0 }
    return good.count == values.count ? good : nil
  }

  // MARK: Scalars

  /// The spelling of a scalar, whatever it would mean; for values that have their own grammar.
  func spelling(_ expected: String) -> String? {
    switch node.content {
    case .scalar(let text, _) where !isNull: text
    case .scalar, .sequence, .mapping: refuse(expected)
    }
  }

  /// Text that cannot be taken for a number, a truth value or null; not empty.
  func text() -> String? {
    guard case .scalar(let text, let plain) = node.content, !isNull else { return refuse("text") }
    if plain, PlainMeaning(text) != .text {
      report(.wrongType, "\(name) must be text, and \(text.shortened) is not; write \"\(text.shortened)\" in quotes")
      return nil
    }
    guard !text.isEmpty else {
      report(.invalidValue, "\(name) must not be empty")
      return nil
    }
    return text
  }

  /// Text that `pattern` accepts; `expected` says what that is.
  func text(_ expected: String, where accepts: (String) -> Bool) -> String? {
    guard let text = text() else { return nil }
    guard accepts(text) else {
      report(.invalidValue, "\(name) must be \(expected), not \"\(text.shortened)\"")
      return nil
    }
    return text
  }

  func integer(_ range: ClosedRange<Int>) -> Int? {
    guard case .scalar(let text, plain: true) = node.content, PlainMeaning(text) == .integer else {
      return refuse("a whole number")
    }
    guard let value = Int(text), range.contains(value) else {
      report(.invalidValue, "\(name) must be \(range.lowerBound) to \(range.upperBound), not \(text.shortened)")
      return nil
    }
    return value
  }

  func boolean() -> Bool? {
    guard case .scalar(let text, plain: true) = node.content else { return refuse("true or false") }
    switch text {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    case _: return refuse("true or false")
    }
  }

  /// One word of an enumeration.
  func choice<Choice>(_ type: Choice.Type) -> Choice?
  where Choice: RawRepresentable<String> & CaseIterable {
    let words = Choice.allCases.map(\.rawValue)
    guard let text = spelling(words.joined(separator: ", ")) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let hint = Suggestion.text(for: text, among: words)
    report(.invalidValue, "\(name) must be one of \(words.joined(separator: ", ")), not \"\(text.shortened)\"\(hint)")
    return nil
  }
}

extension String {
  /// At most 60 characters, for messages.
  var shortened: String { count <= 60 ? self : prefix(60) + "…" }
}

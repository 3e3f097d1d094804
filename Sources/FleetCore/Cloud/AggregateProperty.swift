/// One property that a flavor asks of the aggregate of its host, as `AggregateInstanceExtraSpecsFilter` reads it.
package struct AggregateProperty: Hashable, Sendable, Comparable {
  package var key: String
  package var value: String

  package init(key: String, value: String) {
    self.key = key
    self.value = value
  }

  package static let scope = "aggregate_instance_extra_specs:"

  /// What a flavor asks for. Keys without a scope are asked of the aggregate too, but nobody means them so.
  package static func asked(_ extraSpecs: [String: String]) -> [AggregateProperty] {
    extraSpecs.filter { $0.key.hasPrefix(scope) }.map { key, value in
      AggregateProperty(key: String(key.dropFirst(scope.count)), value: value)
    }.sorted()
  }

  /// Whether an aggregate offers it. Several values stand behind commas; `<or>` and `s==` are the operators of plain
  /// words, and any other operator is taken for satisfied where the key is there: it is not ours to reckon.
  package func isOffered(by metadata: [String: String]) -> Bool {
    guard let offered = metadata[key] else { return false }
    let values = offered.split(separator: ",").map { Self.trimmed($0) }
    let words = value.split(separator: " ").map(String.init)
    switch words.first {
    case "<or>"?: return words.filter { $0 != "<or>" }.contains { values.contains($0) }
    case "s=="?: return values.contains(words.dropFirst().joined(separator: " "))
    case let word? where Self.operators.contains(word): return true
    case .some, nil: return values.contains(value)
    }
  }

  private static let operators: Set<String> = [
    "=", "==", "!=", ">=", "<=", "<", ">", "s!=", "s<", "s<=", "s>", "s>=", "<in>", "<all-in>",
  ]

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  package static func < (left: AggregateProperty, right: AggregateProperty) -> Bool {
    (left.key, left.value) < (right.key, right.value)
  }
}

extension CloudAggregate {
  /// Whether a name or a key speaks of SEV: one of its words is.
  static func speaksOfSEV(_ text: String) -> Bool {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.contains { Self.words.contains($0) }
  }

  private static let words: Set<Substring> = ["sev", "snp", "seves", "sevsnp", "amdsev"]
}

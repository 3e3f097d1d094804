package import FleetCore

/// Hardware facts as read from the compiled-in data, perhaps with an operator's `facts.yaml` over it.
package struct FactsFile: Hashable, Sendable {
  package var facts: Facts
  /// Facts of signed imports that a newer one replaced, newest first: to be read, never to count.
  package var earlier: [Facts]

  package init(facts: Facts = Facts(), earlier: [Facts] = []) {
    self.facts = facts
    self.earlier = earlier
  }

  package var bulletins: [Bulletin] { facts.bulletins }

  /// The name under which the compiled-in data appears in messages.
  package static let builtInName = "built-in facts"

  /// The compiled-in data, read once. It is a constant of the program: a test reads it, and a build in which it cannot
  /// be read must not run, since without facts every SEV-ES verdict would be wrong.
  package static let compiledIn: FactsFile = {
    switch read(Array(BuiltInFacts.text.utf8), file: builtInName, over: FactsFile()) {
    case .success(let file): file
    case .failure(let diagnostics): preconditionFailure("\(diagnostics)")
    }
  }()

  package static var builtIn: Facts { compiledIn.facts }

  /// Reads facts that add to `base` or override its rows; every row has a grade and sources.
  package static func read(
    _ bytes: [UInt8], file: String, over base: FactsFile = .compiledIn
  ) -> Result<FactsFile, Diagnostics> {
    let log = DiagnosticLog(file: file)
    var result = base
    if let root = YamlParser.parse(bytes, log: log) {
      var reader = FactsReader(base: base, log: log)
      reader.read(root)
      result = reader.result
    }
    guard let diagnostics = Diagnostics(log.entries) else { return .success(result) }
    return .failure(diagnostics)
  }
}

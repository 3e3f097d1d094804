package import FleetCore

/// `sevfleet.facts/1`: what is believed of the hardware, and what no longer is.
package struct FactsDocument: Encodable, Sendable {
  package struct Row: Encodable, Sendable {
    var section: String
    var bulletin: String?
    var subject: String
    var statement: String
    var grade: FactGrade
    var sources: [String]
    /// `inForce`, `withdrawn` or `superseded`.
    var standing: String
    /// The day from which it was withdrawn.
    var withdrawn: CivilDate?
  }

  package var schema = "sevfleet.facts/1"
  package var facts: [Row]
  /// Source key → citation.
  package var sources: [String: String]

  package init(_ lines: [FactLine], sources: [String: String]) {
    facts = lines.map { line in
      var row = Row(
        section: line.section, bulletin: line.bulletin, subject: line.subject, statement: line.statement,
        grade: line.fact.grade, sources: line.fact.sources, standing: line.standing.word)
      if case .withdrawn(let day) = line.standing { row.withdrawn = day }
      return row
    }
    let cited = Set(lines.flatMap(\.fact.sources))
    self.sources = sources.filter { cited.contains($0.key) }
  }
}

extension FactLine.Standing {
  /// Stable name.
  package var word: String {
    switch self {
    case .inForce: "inForce"
    case .withdrawn: "withdrawn"
    case .superseded: "superseded"
    }
  }
}

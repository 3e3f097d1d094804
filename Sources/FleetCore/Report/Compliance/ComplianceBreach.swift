/// One reason why a host is not compliant.
package struct ComplianceBreach: Hashable, Sendable {
  package var subject: ComplianceRules.Subject
  package var text: String
  /// Whether nobody can tell, rather than that something is wrong.
  package var isUnknown: Bool
  /// The fact that decided; `nil`: the host's own target did.
  package var fact: Fact?
  /// What covers it now.
  package var waiver: ComplianceRules.Waiver?

  package init(
    subject: ComplianceRules.Subject, text: String, isUnknown: Bool, fact: Fact? = nil,
    waiver: ComplianceRules.Waiver? = nil
  ) {
    self.subject = subject
    self.text = text
    self.isUnknown = isUnknown
    self.fact = fact
    self.waiver = waiver
  }
}

extension Fact {
  /// `grade A: P1, P2`
  package var text: String { "grade \(grade.rawValue): \(sources.joined(separator: ", "))" }
}

extension ComplianceBreach {
  /// The reason with the fact that it rests on.
  package var sentence: String { "\(text) [\(fact?.text ?? "the host's target")]" }
}

extension ComplianceRow.Finding {
  /// What was found with how it is known; a grade is told by itself where the source does not name it.
  package var sentence: String {
    let known = grade.map { source.contains("grade") ? source : "grade \($0.rawValue): \(source)" } ?? source
    return "\(kind): \(text) [\(known)]"
  }
}

extension ComplianceRow {
  /// What counts in the end, waivers included.
  package enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
    case compliant
    /// Not compliant, and waivers in force cover all of it.
    case waived
    case nonCompliant
    /// Nobody can tell, and nothing is known to be wrong.
    case unknown
  }

  package var outcome: Outcome {
    let open = breaches.filter { $0.waiver == nil }
    if open.isEmpty, !breaches.isEmpty { return .waived }
    if open.isEmpty {
      switch state {
      case .compliant: return .compliant
      case .behind, .ahead, .unstable: return .nonCompliant
      case .unknown: return .unknown
      }
    }
    return open.allSatisfy(\.isUnknown) ? .unknown : .nonCompliant
  }
}

import FleetCore

/// Values of compliance as people read them.
enum ComplianceText {
  /// `bl 4 · tee 0 · snp 25 · µcode 219`
  static func levels(_ tcb: TCBVersion?) -> String? {
    guard let tcb else { return nil }
    let fmc = tcb.fmc.map { "fmc \($0) · " } ?? ""
    return "\(fmc)bl \(tcb.bootloader) · tee \(tcb.tee) · snp \(tcb.snp) · µcode \(tcb.microcode)"
  }

  /// What tells the other two TCBs from the one that runs, a sentence each; none where nothing is known to differ.
  static func mismatches(_ tcbs: ComplianceModel.TCBs) -> [String] {
    guard let current = tcbs.current else { return [] }
    var found: [String] = []
    if let committed = tcbs.committed, committed != current {
      found.append("committed differs: \(parts(current, committed)); the host can still go back to it")
    }
    if let reported = tcbs.reported, reported != current {
      found.append("reported differs: \(parts(current, reported)); attestation shows that one")
    }
    return found
  }

  /// `snp 24 instead of 25`
  private static func parts(_ current: TCBVersion, _ other: TCBVersion) -> String {
    let fields: [(String, (TCBVersion) -> UInt8?)] = [
      ("fmc", { $0.fmc }), ("bl", { $0.bootloader }), ("tee", { $0.tee }), ("snp", { $0.snp }),
      ("µcode", { $0.microcode }),
    ]
    return fields.compactMap { name, field in
      guard field(current) != field(other) else { return nil }
      let words = [other, current].map { tcb in field(tcb).map { "\($0)" } ?? "none" }
      return "\(name) \(words[0]) instead of \(words[1])"
    }.joined(separator: ", ")
  }

  /// `AMD's word`, `a quotation`: what a grade means, beside its letter.
  static func meaning(_ grade: FactGrade) -> String {
    switch grade {
    case .a: "AMD's, the kernel's or Nova's own word"
    case .b: "a third party quotes AMD; counts once an operator accepts it"
    case .c: "seen by users; shown, never enforced"
    case .inferred: "inferred; shown, never enforced"
    }
  }

  static func feature(_ verdict: FeatureVerdict) -> Badge {
    switch verdict {
    case .usable: Badge(.good, .check, "usable")
    case .lost: Badge(.bad, .cross, "lost")
    case .off: Badge(.quiet, .dash, "off")
    case .unknown: Badge(.idle, .question, "unknown")
    }
  }

  static func states(_ hosts: [ComplianceModel.Host]) -> [ComplianceRow.State: Int] {
    Dictionary(grouping: hosts, by: \.state).mapValues(\.count)
  }

  /// The states in the order in which people want to see them: what is to be done comes first.
  static let order: [ComplianceRow.State] = [.behind, .unstable, .unknown, .ahead, .compliant]

  /// The worst of all hosts, for the whole fleet.
  static func overall(_ hosts: [ComplianceModel.Host]) -> Badge? {
    let states = Set(hosts.map(\.state))
    return order.first { states.contains($0) }.map { HostStanding($0).badge }
  }
}

import FleetCore

/// One line of the comparison of two looks.
struct Difference {
  enum Change {
    case same, raised, lowered, changed, lost, regained, unknown

    var isDifferent: Bool {
      switch self {
      case .raised, .lowered, .changed, .lost, .regained: true
      case .same, .unknown: false
      }
    }

    var badge: Badge {
      switch self {
      case .same: Badge(.idle, .dash, "same")
      case .raised: Badge(.good, .up, "raised")
      case .lowered: Badge(.alert, .down, "lowered")
      case .changed: Badge(.info, .arrow, "changed")
      case .lost: Badge(.bad, .cross, "lost")
      case .regained: Badge(.good, .check, "regained")
      case .unknown: Badge(.idle, .question, "unknown")
      }
    }
  }

  var name: String
  var before: String?
  var after: String?
  var change: Change

  static func rows(_ before: HostPage.Look?, _ after: HostPage.Look?) -> [Difference] {
    let parts: [(String, (TCBVersion) -> UInt8?)] = [
      ("FMC", { $0.fmc }), ("boot loader", { $0.bootloader }), ("TEE", { $0.tee }), ("SNP", { $0.snp }),
      ("microcode", { $0.microcode }),
    ]
    var rows = [words("Firmware", before?.version, after?.version)]
    for (name, part) in parts {
      if name == "FMC", before?.tcb?.fmc == nil, after?.tcb?.fmc == nil { continue }
      rows.append(levels("TCB \(name)", before?.tcb.flatMap(part), after?.tcb.flatMap(part)))
    }
    rows.append(levels("Reported SNP", before?.reportedTCB?.snp, after?.reportedTCB?.snp))
    let features: [(String, (SEVFeatures) -> FeatureVerdict)] = [
      ("SEV", { $0.sev }), ("SEV-ES", { $0.sevES }), ("SEV-SNP", { $0.sevSNP }),
    ]
    for (name, feature) in features {
      rows.append(verdicts(name, (before?.features).map(feature), (after?.features).map(feature)))
    }
    return rows
  }

  private static func levels(_ name: String, _ before: UInt8?, _ after: UInt8?) -> Difference {
    var change = Change.unknown
    if let before, let after { change = before == after ? .same : after > before ? .raised : .lowered }
    return Difference(name: name, before: before.map { "\($0)" }, after: after.map { "\($0)" }, change: change)
  }

  private static func verdicts(_ name: String, _ before: FeatureVerdict?, _ after: FeatureVerdict?) -> Difference {
    var change = Change.unknown
    if let before, let after, before != .unknown, after != .unknown {
      change = before == after ? .same : after == .lost ? .lost : after == .usable ? .regained : .changed
    }
    return Difference(name: name, before: before?.rawValue, after: after?.rawValue, change: change)
  }

  private static func words(_ name: String, _ before: String?, _ after: String?) -> Difference {
    var change = Change.unknown
    if let before, let after { change = before == after ? .same : .changed }
    return Difference(name: name, before: before, after: after, change: change)
  }
}

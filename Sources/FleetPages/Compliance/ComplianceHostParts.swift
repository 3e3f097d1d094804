import FleetCore

/// What is said of one host, on the page and in the printed report.
enum ComplianceHostParts {
  /// Three TCBs, and in words what tells them apart.
  static func tcbs(_ host: ComplianceModel.Host) -> Html {
    let rows = [
      ("current", host.tcbs.current), ("committed", host.tcbs.committed), ("reported", host.tcbs.reported),
    ]
    return Tag.div(.class("tcbs")) {
      Tag.dl(.class("levels")) {
        rows.map { name, tcb in
          Tag.div {
            Tag.dt { name }
            Tag.dd(.class("num")) { PageParts.orUnknown(ComplianceText.levels(tcb)) }
          }
        }
      }
      ComplianceText.mismatches(host.tcbs).map { text in
        Tag.p(.class("differs-line")) {
          Badge(.alert, .warning, "TCB").html
          text
        }
      }
    }
  }

  static func features(_ features: SEVFeatures) -> Html {
    let pairs = [("SEV", features.sev), ("SEV-ES", features.sevES), ("SEV-SNP", features.sevSNP)]
    return Tag.ul(.class("features")) {
      pairs.map { name, verdict in
        let badge = ComplianceText.feature(verdict)
        return Tag.li(.class("ink", badge.tone.css)) {
          badge.icon.html
          "\(name) \(badge.word)"
        }
      }
    }
  }

  static func findings(_ findings: [ComplianceModel.Statement]) -> Html {
    Tag.ul(.class("statements")) {
      findings.map { finding in
        Tag.li {
          Tag.code { finding.kind }
          Tag.span { finding.text }
          Tag.span(.class("fact")) {
            finding.grade.map { ComplianceParts.grade($0) }
            " \(finding.source)"
          }
          standing(isEnforced: finding.isEnforced, waiver: finding.waiver)
        }
      }
    }
  }

  static func verdicts(_ verdicts: [ComplianceModel.Verdict]) -> Html {
    Tag.ul(.class("statements")) {
      verdicts.map { verdict in
        Tag.li {
          verdict.standing.badge.html
          Tag.code { verdict.bulletin }
          Tag.span { verdict.text }
          ComplianceParts.grade(verdict.fact)
          if verdict.standing.isOpen { standing(isEnforced: verdict.isEnforced, waiver: verdict.waiver) }
        }
      }
    }
  }

  private static func standing(isEnforced: Bool, waiver: String?) -> Html {
    if let waiver { return Tag.span(.class("note")) { "waived: \(waiver)" } }
    return Tag.span(.class("note")) { isEnforced ? "counts against the host" : "shown only" }
  }

  /// `2 findings · 1 behind · 12 mitigated`
  static func inShort(_ host: ComplianceModel.Host) -> String {
    let findings = host.findings.isEmpty ? [] : [PageText.count(host.findings.count, "finding")]
    let standings = BulletinStanding.allCases.compactMap { standing -> String? in
      let count = host.verdicts.count { $0.standing == standing }
      return count == 0 ? nil : "\(count) \(standing.badge.word)"
    }
    let parts = findings + standings + (host.drift == nil ? [] : ["drifted"])
    return parts.isEmpty ? "nothing to tell" : parts.joined(separator: " · ")
  }
}

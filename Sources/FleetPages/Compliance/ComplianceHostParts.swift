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

  /// What is open, the worst first, in a sentence each; what is closed by name, all in a line.
  static func verdicts(_ verdicts: [ComplianceModel.Verdict]) -> Html {
    Tag.ul(.class("statements")) {
      BulletinStanding.allCases.map { standing in
        let own = verdicts.filter { $0.standing == standing }
        return standing.isClosed ? closed(own, standing) : open(own)
      }
    }
  }

  private static func closed(_ verdicts: [ComplianceModel.Verdict], _ standing: BulletinStanding) -> Html {
    guard !verdicts.isEmpty else { return .empty }
    return Tag.li {
      standing.badge.html
      Tag.span {
        verdicts.map { verdict in
          let fact = "(grade \(verdict.fact.grade.rawValue) \(verdict.fact.sources.joined(separator: ", ")))"
          return Html(
            escaping: verdict == verdicts.last ? "\(verdict.bulletin) \(fact)" : "\(verdict.bulletin) \(fact); ")
        }
      }
    }
  }

  private static func open(_ verdicts: [ComplianceModel.Verdict]) -> Html {
    .joined(
      verdicts.map { verdict in
        Tag.li {
          verdict.standing.badge.html
          Tag.code { verdict.bulletin }
          Tag.span { verdict.text }
          ComplianceParts.grade(verdict.fact)
          if verdict.standing.isOpen || verdict.isEnforced {
            standing(isEnforced: verdict.isEnforced, waiver: verdict.waiver)
          }
        }
      })
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

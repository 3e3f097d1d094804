import FleetCore

extension DocumentSchema {
  static let compliance: Schema = [
    "at": .time, "compliant": .flag, "summary": states,
    "outcomes": ["compliant": .count, "waived": .count, "nonCompliant": .count, "unknown": .count],
    "overdue": .count,
    "hosts": .list(complianceHost), "waivers": .list(waiver), "advisories": .list(advisory),
    "timeToCompliance": .maybe(.list(timeToCompliance)), "days": .maybe(.list(day)),
    "servers": .maybe(.list(server)),
    "restarts": .maybe(
      .list(["project": .text, "servers": .list(["server": .text, "name": .text, "host": .text])])),
    "sources": .map(.text),
  ]

  private static let states: Schema = [
    "compliant": .count, "behind": .count, "ahead": .count, "unstable": .count, "unknown": .count,
  ]
  private static let waivedBy = Schema.maybe(["owner": .text, "reason": .text, "expires": .date])

  private static let finding: Schema = [
    "kind": .text, "text": .text, "source": .text, "grade": .maybe(grade), "waiver": waivedBy,
  ]

  private static let breach: Schema = [
    "subject": .text, "text": .text, "unknown": .flag, "grade": .maybe(grade), "sources": .list(.text),
    "waiver": waivedBy,
  ]

  private static let check: Schema = [
    "requirement": .words(["agesa", "firmware", "snp", "microcode", "microcodeTCB", "mitigationBit"]),
    "product": .text, "wanted": .text, "state": .words(of: RequirementCheck.State.self), "found": .maybe(.text),
    "why": .maybe(.text), "grade": grade, "sources": .list(.text), "enforced": .flag,
  ]

  private static let step: Schema = [
    "text": .text, "done": .flag, "by": .maybe(.text), "at": .maybe(.date), "grade": grade, "sources": .list(.text),
    "enforced": .flag,
  ]

  private static let bulletin: Schema = [
    "bulletin": .text, "cves": .list(.text), "name": .maybe(.text), "state": .words(of: BulletinVerdict.State.self),
    "text": .text, "grade": grade, "sources": .list(.text), "enforced": .flag, "checks": .list(check),
    "steps": .list(step),
  ]

  private static let complianceHost: Schema = [
    "host": .text, "state": .words(of: ComplianceRow.State.self), "outcome": .words(of: ComplianceRow.Outcome.self),
    "target": .maybe(.text), "product": .maybe(.text), "running": .maybe(.version), "afterReboot": .maybe(.version),
    "tcb": .maybe(tcb),
    "tcbs": [
      "current": .maybe(tcb), "committed": .maybe(tcb), "committedFrom": .maybe(.text), "reported": .maybe(tcb),
    ],
    "microcode": .maybe(.text),
    "mitigations": .maybe(["supported": .maybe(.list(.count)), "verified": .maybe(.list(.count))]),
    "features": features, "findings": .list(finding), "breaches": .list(breach), "bulletins": .list(bulletin),
    "drift": .maybe(["since": .time, "changes": .list(["what": .text, "before": .text, "after": .text])]),
    "advisories": .list(.text), "lastSeen": .maybe(.time), "behindSince": .maybe(.time), "due": .maybe(.time),
    "overdue": .flag,
  ]

  private static let waiver: Schema = [
    "state": .words(of: WaiverStatus.State.self), "subject": .text, "owner": .text, "reason": .text, "expires": .date,
    "declaredAt": .text, "hosts": .list(.text), "open": .list(.text),
  ]

  private static let advisory: Schema = [
    "id": .text, "text": .text, "grade": grade, "sources": .list(.text), "hosts": .list(.text),
  ]

  private static let spread = Schema.maybe(["hosts": .count, "p50": .count, "p90": .count, "max": .count])

  private static let timeToCompliance: Schema = [
    "bulletin": .text, "cves": .list(.text), "floor": spread, "mitigation": spread,
    "hosts": [
      "mitigated": .count, "floorMet": .count, "stepsOpen": .count, "behind": .count, "unknown": .count,
      "notConcerned": .count,
    ],
  ]

  private static let day: Schema = [
    "day": .date, "states": states, "unseen": .count, "open": .list(["bulletin": .text, "hosts": .count]),
  ]

  private static let server: Schema = [
    "server": .text, "name": .text, "project": .text, "host": .text,
    "verdict": .words(of: ServerAttestation.Verdict.self), "text": .text, "launchTCB": .maybe(tcb),
    "hostTCB": .maybe(tcb), "launchedFrom": .maybe(.time), "launchedTo": .maybe(.time),
    "launchSource": .maybe(.text),
  ]
}

import FleetCore

extension DocumentSchema {
  static let plan: Schema = [
    "id": .text, "createdAt": .time, "changes": .list(change), "upToDate": .list(.text),
    "excluded": .list(excluded), "restarts": .count, "emergency": .maybe(.text),
    "observed": .list(["host": .text, "observedAt": .time]),
  ]

  private static let excluded: Schema = [
    "host": .text, "kind": .words(of: ExclusionKind.self), "expected": .maybe(.text), "found": .maybe(.text),
    "text": .text, "rule": .text,
  ]

  private static let change: Schema = [
    "host": .text, "wave": .count, "expected": .version, "desired": .maybe(.version), "imageSHA256": .maybe(.text),
    "direction": .words(of: HostChange.Direction.self), "activation": .words(of: HostChange.Activation.self),
    "kernelChange": .maybe(["from": .maybe(.text), "to": .maybe(.text)]),
    "drain": [
      "needed": .flag, "servers": .list(move), "estimatedSeconds": .maybe(.count), "peerGroups": .list(.text),
    ],
    "sevES": [
      "verdict": .words(of: SEVESImpact.Verdict.self), "servers": .list(.text), "text": .text, "accepted": .flag,
    ],
    "attestation": [
      "vcekChanges": .flag, "reportedTCBReset": .flag, "vlekLost": .flag,
      "reportVersion": ["before": .maybe(.count), "after": .maybe(.count)],
    ],
    "package": .maybe(["name": .text, "treatment": .words(of: Policy.Packages.self)]), "floor": .maybe(.version),
    "stagePath": .maybe(.text), "standing": .maybe(standing), "reasons": .list(["rule": .text, "text": .text]),
    "reopens": .maybe(.list(reopened)),
  ]

  private static let move: Schema = [
    "id": .text, "name": .text, "project": .text, "model": .words(of: EncryptionModel.self),
    "move": .words(of: ServerMove.Move.self), "destination": .maybe(.text), "why": .text,
    "burden": .maybe([
      "devices": .list(["kind": .words(of: MoveBurden.Device.Kind.self), "name": .text]), "dedicatedCPUs": .flag,
      "hugePages": .maybe(.text), "localDiskGiB": .maybe(.count),
    ]),
    "estimate": .maybe([
      "seconds": .count, "memoryMiB": .count, "diskGiB": .count, "rateMiBPerSecond": .count, "source": .text,
    ]),
  ]

  private static let standing: Schema = [
    "combination": .text, "model": .maybe(.text), "domain": .maybe(.text), "score": .integer, "text": .text,
  ]

  private static let reopened: Schema = [
    "id": .text, "cves": .list(.text), "name": .maybe(.text), "verdict": .words(of: ReopenedBulletin.Verdict.self),
    "grade": grade, "sources": .list(.text), "text": .text,
  ]

  static let rollouts: Schema = [
    "rollouts": .list([
      "id": .text, "plan": .text, "state": .words(of: RolloutReport.State.self), "createdAt": .time,
      "eta": .maybe(.time),
    ])
  ]

  static let rollout: Schema = [
    "id": .maybe(.text), "plan": .text, "state": .words(of: RolloutReport.State.self), "reason": .maybe(.text),
    "booking": .maybe([
      "schedule": .text, "opens": .time, "closes": .time, "approvals": .count, "approvedBy": .list(.text),
    ]),
    "approval": .maybe(["askedBy": .text, "approvals": .count, "approvedBy": .list(.text)]),
    "breakGlass": .maybe(.text), "eta": .maybe(.time), "hosts": .list(hostOfRollout), "excluded": .list(excluded),
  ]

  private static let hostOfRollout: Schema = [
    "host": .text, "outcome": .words(of: RolloutReport.Outcome.self), "kind": .maybe(.words(of: FailureKind.self)),
    "expected": .version, "desired": .maybe(.version), "found": .maybe(.version),
    "activation": .words(of: HostChange.Activation.self), "tcbBefore": .maybe(tcb), "tcbAfter": .maybe(tcb),
    "sevESBefore": .words(of: FeatureVerdict.self), "sevESAfter": .words(of: FeatureVerdict.self),
    "backup": .maybe(.text), "fileRestored": .flag, "armed": .maybe(.flag), "afterReboot": .maybe(.version),
    "steps": .list([
      "step": .words(of: Step.self), "startedAt": .maybe(.time), "endedAt": .maybe(.time), "attempts": .count,
      "outcome": .maybe(.words(of: RolloutReport.StepRow.Outcome.self)),
    ]),
    "serviceDisabledSeconds": .maybe(.count), "released": .maybe(.text), "text": .text,
  ]

  private static let next: Schema = ["text": .text, "command": .maybe(.text), "at": .maybe(.time)]

  static let why: Schema = [
    "host": .maybe(.text), "kind": .text, "rule": .maybe(.text), "text": .text, "since": .maybe(.time),
    "plan": .maybe(.text), "rollout": .maybe(.text), "holder": .maybe(.text),
    "next": .maybe(next), "breakGlass": .maybe(.text), "playbook": .list(next), "overdue": .maybe(.text),
  ]
}

import FleetCore

extension DocumentSchema {
  /// What `data` holds depends on `kind`.
  static let journal: Schema = [
    "events": .list([
      "seq": .count, "at": .time, "kind": .text, "rollout": .maybe(.text), "host": .maybe(.text), "text": .text,
      "data": .anyObject,
    ]),
    "next": .maybe(.count),
  ]

  static let history: Schema = [
    "host": .text,
    "events": .list([
      "seq": .count, "at": .time, "kind": .text, "rollout": .maybe(.text), "text": .text, "data": .anyObject,
    ]),
  ]

  static let audit: Schema = [
    "entries": .count, "head": .text,
    "fault": .maybe([
      "kind": .words(of: JournalFault.Kind.self), "seq": .count, "host": .maybe(.text), "text": .text,
    ]),
  ]

  static let actions: Schema = [
    "actions": .list([
      "seq": .count, "at": .time, "by": .maybe(.text), "what": .words(of: Action.Kind.self), "subject": .text,
      "why": .maybe(.text), "rollout": .maybe(.text), "host": .maybe(.text), "text": .text,
    ]),
    "leftOut": .count,
  ]
}

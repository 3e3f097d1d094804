import FleetCore

/// The schemas of the documents that commands print and the API answers, by the name that stands in `schema`.
package enum DocumentSchema {
  package static let all: [String: Schema] = {
    let named: [(String, Schema)] = [
      ("sevfleet.actions/1", actions), ("sevfleet.audit/1", audit), ("sevfleet.catalog/1", catalog),
      ("sevfleet.cloudaudit/1", cloudAudit), ("sevfleet.compliance/1", compliance), ("sevfleet.error/1", error),
      ("sevfleet.history/1", history), ("sevfleet.host/1", host), ("sevfleet.inventory/1", inventory),
      ("sevfleet.journal/1", journal), ("sevfleet.observation/1", observations), ("sevfleet.plan/1", plan),
      ("sevfleet.rollout/1", rollout), ("sevfleet.rollouts/1", rollouts), ("sevfleet.tempestjob/1", tempestJob),
      ("sevfleet.why/1", why),
    ]
    return Dictionary(uniqueKeysWithValues: named.map { ($0.0, Schema.document($0.0, $0.1)) })
  }()

  static let error: Schema = ["kind": .text, "text": .text, "expected": .maybe(.text), "found": .maybe(.text)]

  // MARK: What several documents have in common

  static let tcb: Schema = [
    "fmc": .maybe(.count), "bootloader": .count, "tee": .count, "snp": .count, "microcode": .count,
  ]
  static let features: Schema = [
    "sev": .words(of: FeatureVerdict.self), "sevES": .words(of: FeatureVerdict.self),
    "sevSNP": .words(of: FeatureVerdict.self),
  ]
  static let grade = Schema.words(of: FactGrade.self)
}

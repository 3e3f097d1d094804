/// What the newest look saw otherwise than the one before it.
package struct ComplianceDrift: Hashable, Sendable {
  package struct Change: Hashable, Sendable {
    /// Stable name, for example `running`.
    package var what: String
    package var before: String
    package var after: String

    package init(what: String, before: String, after: String) {
      self.what = what
      self.before = before
      self.after = after
    }
  }

  /// When the look before was.
  package var since: Instant
  package var changes: [Change]

  package init(since: Instant, changes: [Change]) {
    self.since = since
    self.changes = changes
  }

  /// Compares what compliance is about; servers that come and go are no drift.
  package static func between(_ before: Observation, _ after: Observation, facts: Facts) -> ComplianceDrift {
    let (old, new) = (values(before, facts), values(after, facts))
    let changes = zip(old, new).compactMap { old, new in
      old.value == new.value
        ? nil : Change(what: old.name, before: old.value ?? "unknown", after: new.value ?? "unknown")
    }
    return ComplianceDrift(since: before.observedAt, changes: changes)
  }

  private static func values(_ seen: Observation, _ facts: Facts) -> [(name: String, value: String?)] {
    let features = SEVFeatures.judge(seen, facts: facts)
    let files = seen.files.map { "\($0.path) \($0.version?.description ?? $0.sha256 ?? "unknown")" }
    return [
      ("running", RunningFirmware.judge(seen.firmware).version?.description),
      ("currentTCB", seen.tcb.platform?.text), ("reportedTCB", seen.tcb.reported?.text),
      ("committedTCB", TCBAnswers(seen).committed?.text), ("microcode", seen.microcode), ("bios", seen.bios),
      ("kernel", seen.kernel), ("processor", seen.cpu.map { "\($0.family)/\($0.model)/\($0.stepping)" }),
      ("sev", features.sev.rawValue), ("sevES", features.sevES.rawValue), ("sevSNP", features.sevSNP.rawValue),
      ("mitigations", seen.mitigations?.verified.map { $0.map(String.init).joined(separator: " ") }),
      ("files", files.joined(separator: ", ")),
    ]
  }
}

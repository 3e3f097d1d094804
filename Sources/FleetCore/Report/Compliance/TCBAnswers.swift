/// The three answers to "which TCB?" (FACTS 1.3); a host that gives two different ones is told so.
package struct TCBAnswers: Hashable, Sendable, Codable {
  /// What runs.
  package var current: TCBVersion?
  /// The floor below which a live update may not go back; `nil`: unknown.
  package var committed: TCBVersion?
  /// Where the committed one is read from.
  package var committedFrom: String?
  /// What attestation reports show.
  package var reported: TCBVersion?

  package init(
    current: TCBVersion? = nil, committed: TCBVersion? = nil, committedFrom: String? = nil, reported: TCBVersion? = nil
  ) {
    self.current = current
    self.committed = committed
    self.committedFrom = committedFrom
    self.reported = reported
  }

  package init(_ seen: Observation) {
    self.init(current: seen.tcb.platform, reported: seen.tcb.reported)
    if let told = seen.tcb.committed {
      (committed, committedFrom) = (told, "snphost")
    } else if let current, seen.loadedInThisBoot {
      // What ccp loads it commits at once (FACTS 1.6, grade A).
      (committed, committedFrom) = (current, "derived: ccp loaded it since the boot, which commits (FACTS 1.6)")
    }
  }

  /// Where two of the three differ.
  package var mismatches: [ComplianceRow.Finding] {
    var found: [ComplianceRow.Finding] = []
    if let current, let reported, reported != current {
      found.append(
        .init(
          kind: "reportedTCB",
          text: "the reported TCB is pinned below what runs (SNP_CONFIG): \(reported.text) instead of \(current.text)",
          source: "snphost"))
    }
    if let current, let committed, committed != current {
      found.append(
        .init(
          kind: "committedTCB",
          text: "what runs is not committed: \(committed.text) is, \(current.text) runs; some verifiers refuse that",
          source: committedFrom ?? "snphost"))
    }
    return found
  }
}

extension TCBVersion {
  /// `boot loader 4, TEE 0, SNP 24, microcode 219`.
  package var text: String {
    let parts = ["boot loader \(bootloader)", "TEE \(tee)", "SNP \(snp)", "microcode \(microcode)"]
    return ((fmc.map { ["FMC \($0)"] } ?? []) + parts).joined(separator: ", ")
  }
}

extension Observation {
  /// Whether the kernel log of this boot says that `ccp` loaded what runs.
  fileprivate var loadedInThisBoot: Bool {
    guard let log = firmware.kernelLog, log.reachesBoot, let update = log.updates.last, let to = update.to,
      startedByKexec != true
    else { return false }
    return RunningFirmware.judge(firmware).version == to && log.newestVersion == to
  }
}

package import FleetCore

extension HostPage {
  /// Firmware and TCB at one time.
  package struct Look: Hashable, Sendable {
    package var at: Instant?
    package var version: String?
    package var tcb: TCBVersion?
    package var reportedTCB: TCBVersion?
    package var features: SEVFeatures

    package init(
      at: Instant?, version: String?, tcb: TCBVersion?, reportedTCB: TCBVersion?, features: SEVFeatures
    ) {
      self.at = at
      self.version = version
      self.tcb = tcb
      self.reportedTCB = reportedTCB
      self.features = features
    }
  }

  package struct File: Hashable, Sendable {
    package var path: String
    package var version: String?
    package var sha256: String
    package var isEffective: Bool

    package init(path: String, version: String?, sha256: String, isEffective: Bool) {
      self.path = path
      self.version = version
      self.sha256 = sha256
      self.isEffective = isEffective
    }
  }

  package struct Event: Hashable, Sendable {
    package var seq: Int64
    package var at: Instant
    package var kind: String
    package var text: String
    package var rollout: String?
    package var tone: Tone

    package init(seq: Int64, at: Instant, kind: String, text: String, rollout: String?, tone: Tone) {
      self.seq = seq
      self.at = at
      self.kind = kind
      self.text = text
      self.rollout = rollout
      self.tone = tone
    }
  }

  package struct Model: Hashable, Sendable {
    package var host: String
    package var standing: HostStanding
    package var domain: String?
    package var target: String?
    package var afterReset: String?
    package var floor: String?
    /// What the host waits for, or why nothing happens, in one sentence.
    package var why: String
    package var next: String?
    /// Why it is out of service; `nil`: it is not quarantined.
    package var quarantine: String?
    /// The look before its last change; `nil`: it was never changed.
    package var before: Look?
    /// `nil`: it was never seen.
    package var now: Look?
    package var files: [File]
    /// Newest first.
    package var events: [Event]

    package init(
      host: String, standing: HostStanding, domain: String?, target: String?, afterReset: String?, floor: String?,
      why: String, next: String?, quarantine: String?, before: Look?, now: Look?, files: [File], events: [Event]
    ) {
      self.host = host
      self.standing = standing
      self.domain = domain
      self.target = target
      self.afterReset = afterReset
      self.floor = floor
      self.why = why
      self.next = next
      self.quarantine = quarantine
      self.before = before
      self.now = now
      self.files = files
      self.events = events
    }
  }
}

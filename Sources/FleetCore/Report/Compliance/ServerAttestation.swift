/// The TCB that one SEV-SNP server was launched on, which it keeps until it is started anew (FACTS 1.6).
package struct ServerAttestation: Hashable, Sendable {
  package enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
    /// Launched on what its host runs now.
    case current
    /// Its host runs more by now: a restart would let it attest that.
    case restart
    /// Its host runs less than it was launched on.
    case above
    case unknown
  }

  package var server: String
  package var name: String
  package var project: String
  package var host: HostID
  /// When it was last started, as far as Nova tells; `nil`: unknown.
  package var launched: ServerLaunch?
  package var launchTCB: TCBVersion?
  /// What its host runs now.
  package var hostTCB: TCBVersion?
  package var verdict: Verdict
  /// The verdict in one sentence.
  package var text: String

  package init(
    server: String, name: String, project: String, host: HostID, launched: ServerLaunch?, launchTCB: TCBVersion?,
    hostTCB: TCBVersion?, verdict: Verdict, text: String
  ) {
    self.server = server
    self.name = name
    self.project = project
    self.host = host
    self.launched = launched
    self.launchTCB = launchTCB
    self.hostTCB = hostTCB
    self.verdict = verdict
    self.text = text
  }
}

/// When a server was started, as a span: a reboot that Nova notes may have started it anew or not.
package struct ServerLaunch: Hashable, Sendable {
  package var earliest: Instant
  package var latest: Instant
  /// What said so, for example `launched_at`.
  package var source: String

  package init(earliest: Instant, latest: Instant, source: String) {
    self.earliest = earliest
    self.latest = latest
    self.source = source
  }

  /// One thing that was done to a server.
  package struct Action: Hashable, Sendable {
    /// Nova's word, for example `reboot`.
    package var name: String
    package var from: Instant
    /// When Nova last wrote to its record; `nil`: not told.
    package var to: Instant?

    package init(name: String, from: Instant, to: Instant?) {
      self.name = name
      self.from = from
      self.to = to
    }
  }

  /// Actions that may start a new process for the guest; `reboot` does so only where it is a hard one.
  private static let starts: Set<String> = [
    "create", "start", "rebuild", "resize", "migrate", "evacuate", "unshelve", "restore", "revertResize", "resume",
    "reboot",
  ]
  /// What an action is taken to last where Nova does not tell: longer than any that does not fail.
  private static let longestAction = Duration.seconds(3600)

  /// The span in which the guest that runs now was started. `launchedAt`: Nova's own time, written after the first start
  /// and after each move. What was done later may have started it anew, or may have failed. `nil`: Nova tells nothing.
  package init?(launchedAt: Instant?, actions: [Action]) {
    guard let launchedAt else { return nil }
    let relevant = actions.filter { Self.starts.contains($0.name) }
    let cause = relevant.filter { $0.from <= launchedAt }.max { $0.from < $1.from }
    let later = relevant.filter { $0.from > launchedAt }
    let last = later.map { $0.to ?? $0.from + Self.longestAction }.max()
    self.init(
      earliest: cause?.from ?? launchedAt + (.zero - Self.longestAction), latest: max(launchedAt, last ?? launchedAt),
      source: (["launched_at"] + Set(later.map(\.name)).sorted()).joined(separator: ", "))
  }
}

extension ServerAttestation {
  /// A running SEV-SNP server held against what its host was seen to run. `looks`: of its host, oldest first.
  package static func judge(
    _ server: ComputeServer, on host: HostID, launch: ServerLaunch?, looks: [ComplianceJudge.Look]
  ) -> ServerAttestation {
    var result = ServerAttestation(
      server: server.id, name: server.name, project: server.project, host: host, launched: launch, launchTCB: nil,
      hostTCB: looks.last.flatMap { try? $0.result.get().tcb.platform }, verdict: .unknown, text: "")
    guard server.model != .unknown else {
      result.text = "its encryption is unknown: \(server.modelSource)"
      return result
    }
    switch tcb(launch, looks) {
    case .failure(let why): result.text = why.text
    case .success(let tcb):
      result.launchTCB = tcb
      result.compare(tcb)
    }
    return result
  }

  private mutating func compare(_ launch: TCBVersion) {
    guard let hostTCB else {
      text = "launched on \(launch.text); what its host runs now is unknown"
      return
    }
    if launch == hostTCB {
      (verdict, text) = (.current, "launched on what its host runs")
    } else if launch.isAtMost(hostTCB) {
      (verdict, text) = (.restart, "launched on \(launch.text); a restart lets it attest \(hostTCB.text)")
    } else if hostTCB.isAtMost(launch) {
      (verdict, text) = (.above, "launched on \(launch.text); its host runs less now: \(hostTCB.text)")
    } else {
      text = "launched on \(launch.text), its host runs \(hostTCB.text): neither is above the other"
    }
  }

  private struct Unknown: Error { var text: String }

  /// The TCB in the span of the launch: known where the look before it, the looks in it and the one after it agree.
  private static func tcb(_ launch: ServerLaunch?, _ looks: [ComplianceJudge.Look]) -> Result<TCBVersion, Unknown> {
    guard let launch else { return .failure(Unknown(text: "Nova does not tell when it was started")) }
    guard let before = looks.lastIndex(where: { $0.at <= launch.earliest }) else {
      return .failure(Unknown(text: "its host was not looked at before it was started"))
    }
    guard let after = looks.firstIndex(where: { $0.at >= launch.latest }) else {
      return .failure(Unknown(text: "its host was not looked at since it was started"))
    }
    let span = looks[min(before, after)...max(before, after)]
    var found: Set<TCBVersion> = []
    for look in span {
      guard case .success(let seen) = look.result, let tcb = seen.tcb.platform else {
        return .failure(Unknown(text: "a look at its host around its start tells no TCB"))
      }
      found.insert(tcb)
    }
    guard found.count == 1, let only = found.first else {
      return .failure(Unknown(text: "the looks at its host before and after its start disagree"))
    }
    return .success(only)
  }
}

extension TCBVersion {
  /// Whether no component is above the other's.
  package func isAtMost(_ other: TCBVersion) -> Bool {
    (fmc ?? 0) <= (other.fmc ?? 0) && bootloader <= other.bootloader && tee <= other.tee && snp <= other.snp
      && microcode <= other.microcode
  }
}

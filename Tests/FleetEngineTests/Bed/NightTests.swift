import FleetLab
import FleetStore
import Foundation
import Synchronization
import Testing

/// One night over 24 hosts and the real Nova: a controller that is killed, a pause, a host that never returns, a kind of
/// host that fails, and an emergency in the middle of it, while the daemon holds the lock.
@Suite(.serialized, .enabled(if: NightScenario.isWanted)) struct NightTests {
  @Test func aNightWithEverythingInIt() async throws {
    try await NightScenario.play { night in
      let rollout = try await Self.evening(night)
      let emergency = try await Self.emergency(night, rollout)
      try await Self.morning(night, rollout, emergency)
      try await Self.judge(night, rollout, emergency)
    }
  }

  /// Begun, killed, taken up by the next daemon, paused by somebody. Returns the rollout's id.
  private static func evening(_ night: NightScenario) async throws -> String {
    let follower = Mailbox()
    try await night.serving(ending: SIGKILL) {
      follower.run { try await night.scenario.sevfleet("apply", "--yes", "--json", "--accept-restarts", "1") }
      try await eventually("rollout") {
        let rollouts = try await night.rollouts()
        return (rollouts.isEmpty ? nil : true, "none")
      }
      let id = try await night.rollouts()[0]
      try await night.until(id, "two hosts that converged") { $0.converged.count >= 2 }
    }
    let left = try await follower.value()
    #expect(left.status != 0, "its controller was killed: \(left.stdout)")
    let id = try #require(try await night.rollouts().first)
    try await night.serving(ending: SIGTERM) {
      try await night.until(id, "four hosts that converged") { $0.converged.count >= 4 }
      let paused = try await night.scenario.sevfleet("rollout", "pause", id, "--reason", "somebody looks")
      #expect(paused.status == 0, "\(paused.stderr)")
      #expect(try await night.rollout(id).state == "paused")
    }
    return id
  }

  /// The rollout goes on, and an image turns out to be bad: two hosts that run it and one that was not begun go back to
  /// an older one, through the daemon, which is killed in the midst of it. Returns the emergency's id.
  private static func emergency(_ night: NightScenario, _ rollout: String) async throws -> (id: String, hosts: [String])
  {
    let (resumed, ordered) = (Mailbox(), Mailbox())
    var hosts: [String] = []
    let before = try await Set(night.rollouts())
    try await night.serving(ending: SIGKILL) {
      resumed.run { try await night.scenario.sevfleet("rollout", "resume", rollout, "--yes") }
      try await night.until(rollout, "six hosts that converged") { $0.converged.count >= 6 }
      let seen = try await night.rollout(rollout)
      let chosen = Self.victims(seen)
      ordered.run {
        try await night.scenario.sevfleet(
          ["downgrade"] + chosen + ["--to", "older", "--emergency", "--reason", "bad image", "--yes", "--json"]
            + ["--accept-restarts", "0"])
      }
      try await eventually("emergency") {
        let now = try await Set(night.rollouts()).subtracting(before)
        return (now.isEmpty ? nil : true, "none")
      }
      let id = try #require(try await Set(night.rollouts()).subtracting(before).first)
      try await eventually("host that is taken out for it", within: .seconds(300)) {
        try await night.watch()
        let reasons = try await night.cloud.ours()
        let seen = try await night.rollout(id)
        return (chosen.contains(where: reasons.contains) || !seen.converged.isEmpty ? true : nil, "\(reasons)")
      }
    }
    _ = try await (resumed.value(), ordered.value())
    let id = try #require(try await Set(night.rollouts()).subtracting(before).first)
    hosts = try await night.rollout(id).hosts.map(\.host)
    try await night.serving(ending: SIGTERM) {
      try await night.until(id, "end of the emergency") { $0.state == "finished" }
      let others = try await night.rollout(rollout)
      #expect(others.state == "paused", "an emergency pauses what runs, until somebody has looked")
      let halfway = others.hosts.filter { $0.outcome == "pending" && !$0.isUntouched }
      #expect(halfway.isEmpty, "what it had begun was given back or brought to its end: \(halfway.map(\.text))")
    }
    return (id, hosts)
  }

  /// Two Milan hosts that converged, and one that nobody has begun.
  private static func victims(_ seen: RolloutSeen) -> [String] {
    let milan = Set(NightScenario.milan).subtracting([NightScenario.lost, NightScenario.cold.host])
    let done = seen.converged.filter(milan.contains).sorted().prefix(2)
    let pending = seen.hosts.filter { $0.isUntouched && milan.contains($0.host) }
    return Array(done) + pending.map(\.host).sorted().suffix(1)
  }

  /// What is left ends; then the kind that failed is mended, and a person lets it go on.
  private static func morning(
    _ night: NightScenario, _ rollout: String, _ emergency: (id: String, hosts: [String])
  ) async throws {
    try await night.serving(ending: SIGTERM) {
      let resumed = try await night.scenario.sevfleet("rollout", "resume", rollout, "--yes")
      #expect(resumed.status == 130, "the kind that failed is left: \(resumed.stderr)")
      #expect(resumed.stderr.contains("1.7.5"), "which one is said: \(resumed.stderr)")
      try await night.watch()
      let seen = try await night.rollout(rollout)
      let open = Set(seen.hosts.filter { $0.outcome == "pending" }.map(\.host))
      #expect(open.isSubset(of: NightScenario.unwilling) && !open.isEmpty, "\(open)")
      #expect(Set(seen.quarantined).isSubset(of: NightScenario.unwilling + [NightScenario.lost]))
      for host in NightScenario.unwilling { try await night.scenario.world.lab.clear(.silentRefusal, on: host) }
      let ended = try await night.scenario.sevfleet("rollout", "resume", rollout, "--yes")
      #expect(ended.status == 3, "hosts that failed are in quarantine: \(ended.stderr)")
    }
  }

  /// Everything that is claimed is true, everything that is true is claimed.
  private static func judge(
    _ night: NightScenario, _ rollout: String, _ emergency: (id: String, hosts: [String])
  ) async throws {
    let (first, second) = (try await night.rollout(rollout), try await night.rollout(emergency.id))
    #expect(first.state == "finished" && second.state == "finished")
    #expect(second.hosts.allSatisfy { $0.outcome == "converged" }, "\(second.hosts.map(\.text))")
    #expect(first.hosts.count == NightScenario.hosts.count)
    #expect(first.quarantined.contains(NightScenario.lost))
    for host in first.hosts {
      let truth = try await night.scenario.truth(host.host)
      let wanted: LabVersion = NightScenario.milan.contains(host.host) ? LabVersion(1, 55, 34) : LabVersion(1, 55, 42)
      switch host.outcome {
      case _ where emergency.hosts.contains(host.host): #expect(truth.running == LabVersion(1, 55, 29), "\(host.text)")
      case "converged": #expect(truth.running == wanted, "\(host.text)")
      case "quarantined": #expect(host.host == NightScenario.lost || NightScenario.unwilling.contains(host.host))
      default:
        #expect(
          ["serverBlocked", "changedSincePlan", "otherMaintenance", "halted"].contains(host.kind), "\(host.text)")
      }
    }
    let left = try await Set(night.cloud.ours())
    #expect(left == Set(first.quarantined), "who is out of service is reported")
    try await Self.judgeServers(night)
    night.expectNoBreach()
    let store = try FleetStore.open(folder: "\(night.scenario.folder)/state", readOnly: true)
    #expect(try store.auditJournal().fault == nil)
  }

  private static func judgeServers(_ night: NightScenario) async throws {
    for (name, id) in night.servers {
      let server = try await night.cloud.server(id)
      #expect(server.status == "ACTIVE" && server.task == nil, "\(name): \(server.status)")
      let moves = try await night.cloud.migrations(id)
      #expect(moves.allSatisfy { ["completed", "confirmed"].contains($0.status) }, "\(name): \(moves)")
      let cold = moves.filter { $0.migration_type == "migration" }.count
      #expect(cold <= (name == NightScenario.cold.name ? 2 : 0), "once in each rollout: \(name) \(moves)")
    }
  }
}

/// A task that one closure starts and another waits for.
private final class Mailbox: Sendable {
  private let task = Mutex<Task<Program.Ended, any Error>?>(nil)

  func run(_ body: @escaping @Sendable () async throws -> Program.Ended) {
    task.withLock { $0 = Task { try await body() } }
  }

  func value() async throws -> Program.Ended { try await #require(task.withLock { $0 }).value }
}

extension RolloutSeen {
  var converged: [String] { hosts.filter { $0.outcome == "converged" }.map(\.host) }
  var quarantined: [String] { hosts.filter { $0.outcome == "quarantined" }.map(\.host) }
}

extension RolloutSeen.Host {
  /// Nobody has begun it.
  var isUntouched: Bool { outcome == "pending" && steps.allSatisfy { $0.attempts == 0 } }
}

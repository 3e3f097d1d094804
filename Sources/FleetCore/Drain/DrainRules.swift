/// What may happen to one server of a host that is being drained (RULES D, E2, E3). Pure.
package struct DrainRules: Hashable, Sendable {
  package var policy: Policy.Drain
  /// Whether the target takes SEV-ES away (RULES E3).
  package var losesSEVES: Bool
  /// Hosts that keep SEV-ES and may be named for SEV-ES servers, best first (RULES D3).
  package var sevESDestinations: [String]
  /// Hosts that may be named for cold moves, best first (RULES D4).
  package var coldDestinations: [String]
  /// Server ids for which a qemu process runs on the host.
  package var processes: Set<String>
  /// What the qemu processes say of the encryption of the servers they run (RULES D1).
  package var processModels: [String: EncryptionModel]
  /// Servers already cold-moved or stopped in this rollout (RULES D4).
  package var alreadyMoved: Set<String>
  /// Servers that this run stopped itself and starts again in the end; wins over `alreadyMoved`.
  package var stopped: Set<String>

  package init(
    policy: Policy.Drain, losesSEVES: Bool = false, sevESDestinations: [String] = [], coldDestinations: [String] = [],
    processes: Set<String> = [], processModels: [String: EncryptionModel] = [:], alreadyMoved: Set<String> = [],
    stopped: Set<String> = []
  ) {
    self.policy = policy
    self.losesSEVES = losesSEVES
    self.sevESDestinations = sevESDestinations
    self.coldDestinations = coldDestinations
    self.processes = processes
    self.processModels = processModels
    self.alreadyMoved = alreadyMoved
    self.stopped = stopped
  }

  /// The one legal thing to do with a server.
  package func move(for told: ComputeServer) -> ServerMove {
    let server = told.witnessed(as: processModels[told.id])
    var verdict = base(server)
    if verdict.move == .cold || verdict.move == .stop, alreadyMoved.contains(server.id) {
      verdict = Verdict(.blocked, "D4", "it was already switched off once in this rollout")
    }
    if verdict.move == .leave || verdict.move == .stop, losesSEVES {
      switch server.model {
      case .none, .sev, .sevSNP: break
      case .sevES:
        verdict = Verdict(
          .blocked, "E3", "it is a SEV-ES server, and nova-compute may refuse to start with it after SEV-ES is lost")
      case .unknown:
        verdict = Verdict(.blocked, "E3", "it may be a SEV-ES server, which SEV-ES is lost for: \(server.modelSource)")
      }
    }
    return ServerMove(
      id: server.id, name: server.name, project: server.project, model: server.model, move: verdict.move,
      destinations: verdict.destinations, why: verdict.why, rule: verdict.rule, wasRunning: server.isRunning,
      burden: server.burden, estimate: MoveEstimate(server, verdict.move, policy))
  }

  private struct Verdict {
    var move: ServerMove.Move
    var rule: String
    var why: String
    var destinations: [String] = []

    init(_ move: ServerMove.Move, _ rule: String, _ why: String, destinations: [String] = []) {
      self.move = move
      self.rule = rule
      self.why = why
      self.destinations = destinations
    }
  }

  private func base(_ server: ComputeServer) -> Verdict {
    if let why = server.ownerWord.flatMap(Self.refusal) { return Verdict(.blocked, "D8", why) }
    switch server.status {
    case .active, .build, .migrating, .resize, .reboot: return running(server)
    case .paused: return paused(server)
    case .shutoff: return shutoff(server)
    case .suspended, .shelved, .shelvedOffloaded, .softDeleted: return left(server)
    case .error:
      return processes.contains(server.id)
        ? Verdict(.blocked, "E2", "it is in ERROR and its process still runs") : left(server)
    case .rescue: return Verdict(.blocked, "E2", "it is in RESCUE, which is its owner's")
    case .verifyResize: return Verdict(.blocked, "E2", "its resize waits for its owner's word (VERIFY_RESIZE)")
    case .other(let status): return Verdict(.blocked, "E2", "its status \(status) has no rule")
    }
  }

  /// What an owner's word says against any move, and what is to be done about it.
  private static func refusal(_ word: OwnerWord) -> String? {
    switch word {
    case .live, .cold, .stop: nil
    case .notify:
      "its owner wants to be told first (sevfleet:move = notify): tell them, and once they agree have the word changed "
        + "to live, cold or stop"
    case .forbid: "its owner forbids every move (sevfleet:move = forbid): only its owner can lift that"
    }
  }

  private func running(_ server: ComputeServer) -> Verdict {
    let wait = server.taskState.map { ", after its task \($0) has ended" } ?? ""
    switch server.model {
    case .none: return live(server, "\(server.status.text), not encrypted\(wait)")
    case .unknown: return Verdict(.blocked, "D1", "its encryption model is unknown: \(server.modelSource)")
    case .sev, .sevES, .sevSNP: return confidential(server, wait: wait)
    }
  }

  private func confidential(_ server: ComputeServer, wait: String) -> Verdict {
    let model = server.model.rawValue
    if server.ownerWord == .live {
      return Verdict(.blocked, "D8", "its owner allows live moves only, which Nova refuses for \(model)")
    }
    switch policy.sev {
    case .wait: return Verdict(.blocked, "D2", "a \(model) server cannot be moved live, and policy waits for its owner")
    case .stop where server.ownerWord == .cold, .cold: return cold(server, "a \(model) server is moved cold\(wait)")
    case .stop: return Verdict(.stop, "D2", "policy stops \(model) servers\(wait)")
    }
  }

  /// What Nova is known to refuse would fail only after the host is out of service and others have moved (RULES O1).
  private func live(_ server: ComputeServer, _ why: String) -> Verdict {
    let refusal = server.burden?.liveRefusal(movableAliases: policy.devices == .live)
    return refusal.map { Verdict(.blocked, "O1", $0) } ?? Verdict(.live, "E2", why)
  }

  private func cold(_ server: ComputeServer, _ why: String) -> Verdict {
    if let refusal = server.burden?.anyRefusal { return Verdict(.blocked, "O1", refusal) }
    if server.model == .sevES {
      guard !sevESDestinations.isEmpty else {
        return Verdict(.blocked, "D3", "no other host keeps SEV-ES, so it is left running")
      }
      return Verdict(.cold, "D3", why, destinations: sevESDestinations)
    }
    return Verdict(.cold, "D2", why, destinations: coldDestinations)
  }

  private func paused(_ server: ComputeServer) -> Verdict {
    switch server.model {
    case .none: live(server, "PAUSED, not encrypted: moved live, stays paused")
    case .unknown: Verdict(.blocked, "D1", "its encryption model is unknown: \(server.modelSource)")
    case .sev, .sevES, .sevSNP:
      Verdict(.blocked, "E2", "a PAUSED \(server.model.rawValue) server can be moved neither live nor cold")
    }
  }

  private func shutoff(_ server: ComputeServer) -> Verdict {
    if processes.contains(server.id) {
      return Verdict(.blocked, "E2", "Nova says SHUTOFF, yet its process runs")
    }
    // Moving what was stopped to be out of the way would switch it off a second time (RULES D4).
    if stopped.contains(server.id) { return left(server) }
    switch policy.shutoff {
    case .leave: return left(server)
    case .move:
      if server.model == .unknown {
        return Verdict(.blocked, "D1", "its encryption model is unknown: \(server.modelSource)")
      }
      // An owner who allows live moves only is given the safer side: it stays (RULES D8).
      if server.ownerWord == .live { return left(server) }
      // What Nova cannot move cold is as safe where it is (RULES E2).
      if server.burden?.anyRefusal != nil { return left(server) }
      return cold(server, "SHUTOFF, and policy moves it")
    }
  }

  private func left(_ server: ComputeServer) -> Verdict {
    if processes.contains(server.id) {
      return Verdict(.blocked, "E2", "Nova says \(server.status.text), yet its process runs")
    }
    return Verdict(.leave, "E2", "\(server.status.text) without a process: left where it is")
  }
}

extension ComputeServer {
  /// Whether a guest runs (or is paused) for the server, so that a cold move switches it off.
  package var isRunning: Bool {
    switch status {
    case .active, .paused, .migrating, .reboot, .rescue: true
    case .shutoff, .suspended, .shelved, .shelvedOffloaded, .softDeleted, .error, .verifyResize, .build, .resize,
      .other:
      powerState == 1 || powerState == 3
    }
  }
}

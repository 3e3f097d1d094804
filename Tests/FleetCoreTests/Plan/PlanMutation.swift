import FleetCore

/// One way to spoil a change, with the rule under which the checker must object.
enum PlanMutation: String, CaseIterable, Sendable {
  case wrongExpected, imageOfAnotherVersion, imageOfAnotherCPU, imageWithoutHash, noImage, noDesired, stagedElsewhere
  case removesBesideStaging, factoryWithImage, wrongDirection, belowFloor, waveZero, reloadBackwards, reloadBuiltin
  case reloadHeld, silentKernelChange, activationDropped, drainOfRepair, blockedServer, encryptedLive, unknownLive
  case unknownCold, sevESWithoutDestination, sevESToLosingHost, ownDestination, plainStopped, unknownStopped
  case sevESLeftOnLoss, sevESStoppedOnLoss, unacceptedLoss, unacceptedUnknown, drainDenied, serverTwice, hostTwice
  case hostUnseen, wavesMixed

  var rule: String {
    switch self {
    case .wrongExpected: "V1"
    case .imageOfAnotherVersion, .imageOfAnotherCPU, .imageWithoutHash, .noImage, .noDesired, .hostTwice: "C"
    case .stagedElsewhere, .removesBesideStaging: "O2"
    case .factoryWithImage, .wrongDirection: "A2"
    case .belowFloor: "A4"
    case .waveZero, .wavesMixed, .drainOfRepair, .drainDenied, .hostUnseen: "O"
    case .reloadBackwards, .reloadBuiltin, .reloadHeld, .activationDropped: "A1"
    case .silentKernelChange: "A3"
    case .blockedServer, .serverTwice: "D"
    case .encryptedLive, .unknownLive, .unknownCold: "D1"
    case .sevESWithoutDestination, .sevESToLosingHost: "D3"
    case .ownDestination: "D4"
    case .plainStopped, .unknownStopped: "D2"
    case .sevESLeftOnLoss, .sevESStoppedOnLoss: "E3"
    case .unacceptedLoss, .unacceptedUnknown: "S"
    }
  }

  /// Spoils the change at `index`; `nil` where this change cannot be spoilt in this way.
  func spoil(_ plan: Plan, at index: Int, _ seen: inout [HostID: Observation]) -> Plan? {
    var plan = plan
    var change = plan.changes[index]
    let host = change.host
    switch self {
    case .hostTwice: plan.upToDate.append(host)
    case .hostUnseen: seen[host] = nil
    case .wavesMixed:
      guard index + 1 < plan.changes.count else { return nil }
      change.wave = plan.changes[index + 1].wave + 1
    case .reloadBuiltin, .reloadHeld, .silentKernelChange:
      guard var observation = seen[host], spoil(&observation, change) else { return nil }
      seen[host] = observation
    default: guard spoilValues(&change) || spoilServers(&change) else { return nil }
    }
    plan.changes[index] = change
    return plan
  }

  private func spoil(_ seen: inout Observation, _ change: HostChange) -> Bool {
    switch self {
    case .reloadBuiltin where change.activation == .reload: seen.modules.ccp = .builtin
    case .reloadHeld where change.activation == .reload: seen.modules.ccpHolders.append("ccp_crypto")
    case .silentKernelChange where change.activation == .reboot && change.kernelChange == nil:
      seen.nextBootKernel = "7.0.0"
    default: return false
    }
    return true
  }

  private func spoilValues(_ change: inout HostChange) -> Bool {
    switch self {
    case .wrongExpected: change.expected.build &+= 1
    case .imageOfAnotherVersion where change.image != nil: change.image?.version.build &+= 1
    case .imageOfAnotherCPU where change.image != nil: change.image?.familyModel.modelHigh += 1
    case .imageWithoutHash where change.image != nil: change.image?.sha256 = ""
    case .noImage where change.direction != .factory: change.image = nil
    case .noDesired where change.direction != .factory: change.desired = nil
    case .stagedElsewhere where change.image != nil: change.stagePath = "/lib/firmware/amd/sev.fw"
    case .removesBesideStaging where change.image != nil: change.removePaths = ["/lib/firmware/amd/sev.fw"]
    case .factoryWithImage where change.direction == .factory:
      change.image = Bench.image(change.desired ?? Bench.old, spl: 1)
    case .wrongDirection where change.desired != nil:
      change.direction = change.direction == .upgrade ? .downgrade : .upgrade
    case .belowFloor where change.desired != nil: change.floor = FirmwareVersion(255, 0, 0)
    case .waveZero: change.wave = 0
    case .reloadBackwards where change.direction == .downgrade: change.activation = .reload
    case .activationDropped where change.direction != .repair: change.activation = .none
    case .drainOfRepair where change.direction == .repair: change.drain.needed = true
    case .unacceptedLoss where change.activation != .none:
      change.sevES = SEVESImpact(verdict: .lost, text: "", accepted: false)
    case .unacceptedUnknown where change.activation != .none:
      change.sevES = SEVESImpact(verdict: .unknown, text: "", accepted: false)
    default: return false
    }
    return true
  }

  private func spoilServers(_ change: inout HostChange) -> Bool {
    guard change.activation != .none, let own = change.computeHost.name else { return false }
    func add(_ model: EncryptionModel, _ move: ServerMove.Move, to destinations: [String] = ["cmp-z"]) {
      change.drain.servers.append(
        ServerMove(
          id: "spoilt", name: "spoilt", project: "p", model: model, move: move,
          destinations: move == .cold ? destinations : [], why: "", rule: "", wasRunning: true))
      change.drain.needed = change.drain.servers.contains { $0.move != .leave }
    }
    func lose() { change.sevES = SEVESImpact(verdict: .lost, text: "", accepted: true) }
    switch self {
    case .blockedServer: add(.none, .blocked)
    case .encryptedLive: add(.sevSNP, .live)
    case .unknownLive: add(.unknown, .live)
    case .unknownCold: add(.unknown, .cold)
    case .sevESWithoutDestination: add(.sevES, .cold, to: [])
    case .ownDestination: add(.sev, .cold, to: [own])
    case .plainStopped: add(.none, .stop)
    case .unknownStopped: add(.unknown, .stop)
    case .sevESToLosingHost:
      lose()
      add(.sevES, .cold, to: [own])
    case .sevESLeftOnLoss:
      lose()
      add(.sevES, .leave)
    case .sevESStoppedOnLoss:
      lose()
      add(.sevES, .stop)
    case .serverTwice:
      guard let first = change.drain.servers.first else { return false }
      change.drain.servers.append(first)
    case .drainDenied where change.drain.needed: change.drain.needed = false
    default: return false
    }
    return true
  }
}

import FleetCore

/// How long hosts took with one bulletin.
package struct TimeToComplianceDocument: Encodable, Sendable {
  /// Whole seconds.
  package struct Spread: Encodable, Sendable {
    var hosts: Int
    var p50: Int64
    var p90: Int64
    var max: Int64

    init(_ spread: TimeToCompliance.Spread) {
      hosts = spread.hosts
      p50 = spread.p50.wholeSeconds
      p90 = spread.p90.wholeSeconds
      max = spread.longest.wholeSeconds
    }
  }

  /// Hosts by what is known of them at the report's time.
  package struct Hosts: Encodable, Sendable {
    var mitigated: Int
    var floorMet: Int
    var stepsOpen: Int
    var behind: Int
    var unknown: Int
    var notConcerned: Int
  }

  var bulletin: String
  var cves: [String]
  /// Until every floor that can be measured was met; `null`: no host was seen to get there.
  var floor: Spread?
  /// Until nothing was left to do.
  var mitigation: Spread?
  var hosts: Hosts

  init(_ time: TimeToCompliance) {
    bulletin = time.bulletin
    cves = time.cves
    floor = time.floor.map(Spread.init)
    mitigation = time.mitigation.map(Spread.init)
    func count(_ state: BulletinVerdict.State) -> Int { time.states[state] ?? 0 }
    hosts = Hosts(
      mitigated: count(.mitigated), floorMet: count(.floorMet), stepsOpen: count(.stepsOpen), behind: count(.behind),
      unknown: count(.unknown), notConcerned: count(.notConcerned))
  }
}

/// The fleet at the end of one day.
package struct ComplianceDay: Encodable, Sendable {
  package struct Open: Encodable, Sendable {
    var bulletin: String
    var hosts: Int
  }

  var day: CivilDate
  var states: ComplianceDocument.Summary
  /// Hosts that nobody had looked at by then.
  var unseen: Int
  var open: [Open]

  init(_ day: CompliancePast.Day) {
    self.day = day.day
    states = ComplianceDocument.Summary { day.states[$0] ?? 0 }
    unseen = day.unseen
    open = day.open.sorted { $0.key < $1.key }.map { Open(bulletin: $0.key, hosts: $0.value) }
  }
}

/// The TCB that one server was launched on.
package struct ServerAttestationDocument: Encodable, Sendable {
  var server: String
  var name: String
  var project: String
  var host: HostID
  var verdict: ServerAttestation.Verdict
  var text: String
  var launchTCB: TCBVersion?
  var hostTCB: TCBVersion?
  /// The span in which it was started.
  var launchedFrom: Instant?
  var launchedTo: Instant?
  var launchSource: String?

  init(_ server: ServerAttestation) {
    self.server = server.server
    name = server.name
    project = server.project
    host = server.host
    verdict = server.verdict
    text = server.text
    launchTCB = server.launchTCB
    hostTCB = server.hostTCB
    launchedFrom = server.launched?.earliest
    launchedTo = server.launched?.latest
    launchSource = server.launched?.source
  }
}

/// What one project would have to restart to attest higher.
package struct RestartList: Encodable, Sendable {
  package struct Server: Encodable, Sendable {
    var server: String
    var name: String
    var host: HostID
  }

  var project: String
  var servers: [Server]

  static func lists(_ servers: [ServerAttestation]) -> [RestartList] {
    let open = servers.filter { $0.verdict == .restart }
    return Dictionary(grouping: open, by: \.project).sorted { $0.key < $1.key }.map { project, servers in
      RestartList(
        project: project,
        servers: servers.map { Server(server: $0.server, name: $0.name, host: $0.host) }.sorted {
          $0.server < $1.server
        }
      )
    }
  }
}

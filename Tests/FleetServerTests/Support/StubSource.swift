import FleetCore
import FleetEngine
import FleetFormats
import FleetServer
import FleetStore
import Synchronization

/// A process with a real store and a real desk, and documents as small as can be: the real ones are the commands' own.
final class StubSource: ServerSource {
  private struct Document: Encodable {
    var schema: String
    var id: String?
  }

  static let hosts = ["h1", "h2", "h3"].map { HostID($0) }

  let store: FleetStore
  let desk: ServeDesk
  let clock: any EngineClock = SystemClock()
  let holder: LockHolder
  /// What the next call of a document throws.
  private let fault = Mutex<(any Error)?>(nil)
  private let files = Mutex(true)
  /// Hosts that were released, with why and by whom.
  let released: Log
  /// Plans that were asked for.
  let wishes = Log()

  final class Log: Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }
    func add(_ line: String) { kept.withLock { $0.append(line) } }
  }

  init(_ store: FleetStore) {
    self.store = store
    let log = Log()
    released = log
    holder = LockHolder(pid: 7, startedAt: Bench.start, command: "serve", hostName: "ctl1")
    desk = ServeDesk(
      store: store, control: ControlDesk(store: store, holder: holder), ring: {},
      acts: HostActs(
        release: { host, reason, person in
          guard StubSource.hosts.contains(host) else { throw ServeRefusal("noHost", "no host \(host)") }
          log.add("\(host) \(reason) \(person)")
          return "released"
        },
        adopt: { _, _, _ in throw ServeRefusal("notLeased", "it is not leased") }))
  }

  var hasGoodFiles: Bool { files.withLock { $0 } }

  func setFault(_ error: (any Error)?) { fault.withLock { $0 = error } }
  func setFiles(areGood: Bool) { files.withLock { $0 = areGood } }

  func ask(_ request: ControlRequest) async -> ControlAnswer {
    try? await desk.update(schedules: [], hosts: Self.hosts)
    return await desk.answer(request)
  }

  func newRollout() -> String { "r-\(UInt64.random(in: .min ... .max))" }

  func inventory() throws -> ServedDocument { try document("inventory") }
  func host(_ host: HostID) throws -> ServedDocument { try document("host", known(host)) }
  func history(_ host: HostID) throws -> ServedDocument {
    try ServedDocument(HistoryDocument(host: HostID(known(host)), entries: try store.history(host: host)))
  }
  func why(_ host: HostID) async throws -> ServedDocument { try document("why", known(host)) }
  func observations() throws -> ServedDocument { try document("observation") }
  func makePlan(_ wish: PlanWish, by person: String) async throws -> ServedDocument {
    wishes.add("\(person): \(wish)")
    guard wish.hosts.allSatisfy({ Self.hosts.contains(HostID($0)) }) else {
      throw ServeRefusal("noHost", "no such host")
    }
    return try document("plan", "plan-made")
  }
  func plan(_ id: String) throws -> ServedDocument { try document("plan", try store.plan(id: id).id) }
  func rollouts() async throws -> ServedDocument { try document("rollouts") }
  func rollout(_ id: String) async throws -> ServedDocument { try document("rollout", try store.rollout(id: id).id) }
  func compliance(at: Instant?) throws -> ServedDocument { try document("compliance", at.map(\.rfc3339)) }
  func catalog() throws -> ServedDocument { try document("catalog") }

  func standing() throws -> FleetStanding {
    FleetStanding(
      hosts: [.compliant: 2, .behind: 1], noncompliant: ["AMD-SB-3023": 1, "AMD-SB-\"odd\"": 0],
      probeErrors: ["unreachable": 1], lastLook: clock.now())
  }

  private func known(_ host: HostID) throws -> String {
    guard Self.hosts.contains(host) else { throw APIProblem(404, "noHost", "no such host", found: host.rawValue) }
    return host.rawValue
  }

  private func document(_ kind: String, _ id: String? = nil) throws -> ServedDocument {
    if let error = fault.withLock({ $0 }) { throw error }
    return try ServedDocument(Document(schema: "sevfleet.\(kind)/1", id: id))
  }
}

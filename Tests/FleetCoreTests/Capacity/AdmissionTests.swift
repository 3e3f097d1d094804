import FleetCore
import Testing

@Suite struct AdmissionTests {
  private static let hosts = ["h1", "h2", "h3", "h4"].map { HostID($0) }

  /// Every host but `w` leaves; `w` has room for `free` servers of one vCPU each.
  private static func check(free: Int, hosts: [HostID] = hosts) -> CapacityCheck {
    CapacityCheck(
      rooms: hosts.map { ComputeRoom(host: $0.rawValue, freeVCPUs: 0, freeMemoryMB: 0) }
        + [ComputeRoom(host: "w", freeVCPUs: free, freeMemoryMB: 100)])
  }

  private static func leaving(_ servers: [String: Int], vcpus: Int? = 1) -> [HostID: LeavingHost] {
    Dictionary(
      uniqueKeysWithValues: servers.map { host, count in
        let needs = (0..<count).map { number in
          ServerNeed(id: "\(host)-\(number)", vcpus: vcpus, memoryMB: 1, model: .none)
        }
        return (HostID(host), LeavingHost(host: host, needs: needs))
      })
  }

  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var free: Int
    var servers: [String: Int]
    var atOnce = 4
    var admitted: [String]
    var waiting: [String] = []
    var later: [String] = []
    var note: String?
  }

  private static let lack = "1 vCPUs are missing: the servers of"

  static let rows: [Row] = [
    Row(
      testDescription: "there is room for all", free: 4, servers: ["h1": 1, "h2": 1, "h3": 1, "h4": 1],
      admitted: ["h1", "h2", "h3", "h4"]),
    Row(
      testDescription: "the wave shrinks to those that fit at once", free: 2, servers: ["h1": 1, "h2": 1, "h3": 1],
      admitted: ["h1", "h2"], later: ["h3", "h4"],
      note: "h3, h4 follow later: \(lack) h1, h2, h3 need 3, the other hosts have 2 free"),
    Row(
      testDescription: "one after the other needs room for one", free: 1,
      servers: ["h1": 1, "h2": 1, "h3": 1, "h4": 1], atOnce: 1, admitted: ["h1", "h2", "h3", "h4"]),
    Row(
      testDescription: "a host too full to be emptied holds up nobody", free: 2, servers: ["h1": 3, "h2": 2],
      admitted: ["h2", "h3", "h4"], waiting: ["h1"],
      note: "h1 waits for room: \(lack) h1 need 3, the other hosts have 2 free"),
    Row(
      testDescription: "nobody can be emptied", free: 0, servers: ["h1": 1, "h2": 1, "h3": 1, "h4": 1], admitted: [],
      waiting: ["h1", "h2", "h3", "h4"],
      note: "h1, h2, h3, h4 wait for room: \(lack) h1 need 1, the other hosts have 0 free"),
    Row(
      testDescription: "hosts without servers need no room", free: 0, servers: ["h1": 1],
      admitted: ["h2", "h3", "h4"], waiting: ["h1"],
      note: "h1 waits for room: \(lack) h1 need 1, the other hosts have 0 free"),
    Row(
      testDescription: "what is behind a host without room is looked at when the ones before it are back", free: 0,
      servers: ["h2": 1], admitted: ["h1"], later: ["h2", "h3", "h4"],
      note: "h2, h3, h4 follow later: \(lack) h2 need 1, the other hosts have 0 free"),
  ]

  @Test("who is admitted, who waits, who follows, and what the journal says of it", arguments: rows)
  func table(_ row: Row) {
    let admission = Admission(
      Self.hosts, leaving: Self.leaving(row.servers), atOnce: row.atOnce, check: Self.check(free: row.free))
    #expect(admission.admitted.map(\.rawValue) == row.admitted)
    #expect(admission.waiting.map(\.host.rawValue) == row.waiting)
    #expect(admission.later.map(\.rawValue) == row.later)
    #expect(admission.note == row.note)
    #expect(admission.unknown.isEmpty)
  }

  @Test("what nobody can tell holds nobody back, and is said") func unknown() {
    let admission = Admission(
      Self.hosts, leaving: Self.leaving(["h1": 1], vcpus: nil), atOnce: 4, check: Self.check(free: 0))
    #expect(admission.admitted == Self.hosts && admission.note == nil)
    #expect(admission.unknown.count == 1 && admission.unknown[0].contains("h1-0"), "\(admission.unknown)")
  }

  /// Each host stands in exactly one place, in order, and those admitted fit as they are begun: `atOnce` in a row.
  @Test("whatever the numbers, nobody is lost and no group is too many") func everything() {
    let seed = TestEnvironment.seed()
    print("AdmissionTests.everything seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<TestEnvironment.sample(500) {
      let hosts = (0..<Int.random(in: 1...12, using: &random)).map { HostID("h\($0)") }
      var servers: [String: Int] = [:]
      for host in hosts { servers[host.rawValue] = Int.random(in: 0...3, using: &random) }
      let check = Self.check(free: Int.random(in: 0...8, using: &random), hosts: hosts)
      let atOnce = Int.random(in: 1...5, using: &random)
      let leaving = Self.leaving(servers)
      let admission = Admission(hosts, leaving: leaving, atOnce: atOnce, check: check)
      let all = admission.admitted + admission.waiting.map(\.host) + admission.later
      #expect(all.count == hosts.count && Set(all) == Set(hosts), "seed \(seed)")
      for one in admission.waiting {
        let alone = check.answer(leaving: [leaving[one.host]].compactMap { $0 })
        #expect(!alone.fits && alone.shortages == one.shortages, "seed \(seed): \(one.host) fits alone")
      }
      for host in admission.admitted {
        let alone = check.answer(leaving: [leaving[host]].compactMap { $0 })
        #expect(alone.fits, "seed \(seed): \(host) does not fit even alone")
      }
      #expect((admission.note == nil) == (admission.admitted.count == hosts.count), "seed \(seed)")
    }
  }
}

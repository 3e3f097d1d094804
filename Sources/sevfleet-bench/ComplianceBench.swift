import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Foundation

/// A compliance report on many hosts with three months of their past, from a state folder as `serve` leaves it. A tenth
/// of the hosts beside it shows whether work grows faster than the fleet. Writing the looks is not timed.
struct ComplianceBench {
  var hosts: Int
  private static let days = 90
  /// A look at every host in so many days; of those between, no change is told.
  private static let daysBetweenLooks = 3
  /// A host boots, and so tells news, after so many looks on average.
  private static let looksBetweenBoots = 3
  /// A person waits for the command.
  private static let aim = Duration.seconds(10)
  private static let seed: UInt64 = 20_261_127
  private static let start = Instant(milliseconds: 1_795_000_000_000)
  private static let milan = FirmwareVersion(1, 55, 36)

  private struct Figures {
    var hosts: Int
    var news = 0
    var rows: [(name: String, took: Duration)] = []

    subscript(_ name: String) -> Duration { rows.first { $0.name == name }?.took ?? .zero }
  }

  func run() throws {
    guard hosts > 0 else { throw Tool.Failed("there is nothing to judge") }
    let few = try figures(max(1, hosts / 10))
    let all = try figures(hosts)
    print(
      "\(all.hosts) hosts, \(Self.days) days with \(all.news) news, \(FactsFile.builtIn.bulletins.count) bulletins")
    for (name, took) in all.rows {
      let share = Self.seconds(took) / Double(all.hosts) / (Self.seconds(few[name]) / Double(few.hosts))
      print(
        "  \(name): \(took.wholeMilliseconds) ms; a host costs \(Self.hundredths(share)) times what it does among "
          + "\(few.hosts)")
    }
    print(Aim.text("with its past", all["now and \(Self.days) days"], under: Self.aim))
  }

  private static func seconds(_ took: Duration) -> Double {
    Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
  }

  private static func hundredths(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

  private func figures(_ count: Int) throws -> Figures {
    let folder = NSTemporaryDirectory() + "sevfleet-bench-compliance-\(getpid())-\(count)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let hosts = (0..<count).map { number in
      FleetCore.Host(
        id: HostID("h\(number)"), address: "192.0.2.1", ssh: SSHSettings(), computeHost: .named("h\(number)"),
        failureDomain: "rack\(number / 40)", target: .version(Self.milan), declaredAt: SourceLocation(file: "bench"))
    }
    var figures = Figures(hosts: count)
    figures.news = try write(hosts, folder)
    // Read as a command does that begins: nothing of it is in memory.
    let store = try FleetStore.open(folder: folder)
    let desk = ComplianceDesk(store: store, facts: FactsFile.builtIn, rules: ComplianceRules())
    func timed<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
      let start = ContinuousClock.now
      let value = try body()
      figures.rows.append((name, ContinuousClock.now - start))
      return value
    }
    let now = Self.start + .seconds(Self.days * 86_400)
    let brief = try timed("now") { try desk.report(hosts, now: now) }
    let report = try timed("now and \(Self.days) days") { try desk.report(hosts, now: now, days: Self.days) }
    let document = try timed("as JSON") { try JSONText.pretty(ComplianceDocument(report)) }
    let table = timed("as CSV") { ComplianceCSV.text(report) }
    let cases = timed("as JUnit") { ComplianceJUnit.text(report) }
    guard brief.rows.count == count, report.past?.days.count == Self.days, report.past?.days.last?.unseen == 0,
      report.past?.days.first?.open.isEmpty == false,
      document.contains("\"h\(count - 1)\""), table.contains("h\(count - 1),"), cases.contains("\"h\(count - 1)\"")
    else { throw Tool.Failed("\(brief.rows.count) hosts of \(count), \(report.past?.days.count ?? 0) days") }
    return figures
  }

  // MARK: The past

  /// Returns how many looks told something new.
  private func write(_ hosts: [FleetCore.Host], _ folder: String) throws -> Int {
    var numbers = SplitMix(state: Self.seed)
    let store = try FleetStore.open(folder: folder)
    var looks = hosts.map { look($0.id, &numbers) }
    var news = looks.count
    for day in stride(from: 0, to: Self.days, by: Self.daysBetweenLooks) {
      let at = Self.start + .seconds(day * 86_400)
      for index in looks.indices {
        looks[index].observedAt = at
        guard day > 0, Int.random(in: 0..<Self.looksBetweenBoots, using: &numbers) == 0 else { continue }
        news += 1
        looks[index].bootID = "boot-\(index)-\(day)"
        // Each boot may bring the firmware that closes more bulletins.
        if Bool.random(using: &numbers) { Self.upgrade(&looks[index]) }
      }
      try store.save(observations: looks.map { (host: $0.host, result: .success($0), at: at) })
    }
    try store.close()
    return news
  }

  private func look(_ host: HostID, _ numbers: inout SplitMix) -> Observation {
    var seen = Observation(host: host, observedAt: Self.start)
    seen.cpu = CPUIdentity(family: 25, model: 1, stepping: Int.random(in: 1...2, using: &numbers))
    seen.kernel = "6.12.9"
    seen.nextBootKernel = "6.12.9"
    seen.bootID = "boot-\(host)"
    seen.bios = "Bench Inc. 2.\(Int.random(in: 10...16, using: &numbers)).1 01/02/2026"
    seen.microcode = "0xa0011d5"
    seen.parameters = SEVParameters(sev: true, sevES: true, sevSNP: true)
    Self.run(FirmwareVersion(1, 55, 31), snp: 25, &seen)
    return seen
  }

  private static func upgrade(_ seen: inout Observation) { run(milan, snp: 28, &seen) }

  private static func run(_ version: FirmwareVersion, snp: UInt8, _ seen: inout Observation) {
    seen.firmware.kernelLog = KernelLogFacts(
      apis: [.init(seconds: 4, version: version, isSNP: false, line: "SEV API:\(version)")], reachesBoot: true)
    let tcb = TCBVersion(bootloader: 4, tee: 0, snp: snp, microcode: 219)
    seen.tcb = TCBReading(reported: tcb, platform: tcb, source: .snphost)
    seen.files = [
      FirmwareFile(path: "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin", version: version, spl: Int(snp))
    ]
  }
}

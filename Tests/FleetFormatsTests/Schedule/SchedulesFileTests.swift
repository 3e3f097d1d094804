import FleetCore
import FleetFormats
import Foundation
import Testing

/// `schedules.yaml`: what is read, and what is refused with the line that is blamed.
@Suite struct SchedulesFileTests {
  private static let hosts = """
    hosts:
      - {name: sev-a01, address: a.example, groups: [milan], failure_domain: az1}
      - {name: sev-b01, address: b.example}
    """
  private static let window = "window: {days: [mon], start: \"22:00\", duration: 4h, zone: UTC}"

  private static func read(_ schedules: String) -> Result<Inventory, Diagnostics> {
    InventorySample.read([
      InventoryFile(path: "hosts/h.yaml", text: hosts),
      InventoryFile(path: "targets.yaml", text: "targets:\n  t: {fam19h_model0xh: 1.55.36}"),
      InventoryFile(path: "schedules.yaml", text: schedules),
    ])
  }

  @Test func everyKeyIsRead() throws {
    let inventory = try Self.read(
      """
      schedules:
        - name: nights
          hosts: [group=milan, sev-b*, domain=az1]
          target: t
          allow_downgrade: true
          allow_unknown_floor: true
          accept_sev_es_loss: true
          window: {days: [thu, mon], start: 22:30, duration: 90m, zone: Europe/Berlin}
          blackouts: [2026-12-24, 2026-12-31..2027-01-02]
          approvals: 2
          accept_restarts: 7
          plan_ahead: 1d
          stage_ahead: 6h
        - name: all
          \(Self.window)
      """
    ).get()
    try #require(inventory.schedules.count == 2)
    let first = inventory.schedules[0]
    #expect(first.name == "nights" && first.hosts == ["group=milan", "sev-b*", "domain=az1"])
    #expect(first.options.target == inventory.targets[0].target)
    #expect(first.options.allowDowngrade && first.options.allowUnknownFloor && first.options.acceptSEVESLoss)
    #expect(first.window.days == [.mon, .thu] && first.window.start == 1350)
    #expect(first.window.duration == .seconds(5400) && first.window.zone.name == "Europe/Berlin")
    #expect(
      first.window.blackouts.map { "\($0.first)..\($0.last)" } == ["2026-12-24..2026-12-24", "2026-12-31..2027-01-02"])
    #expect(first.approvals == 2 && first.acceptRestarts == 7 && first.planAhead == .seconds(86_400))
    #expect(first.stageAhead == .seconds(6 * 3600))
    #expect(first.declaredAt == SourceLocation(file: "inventory/schedules.yaml", line: 2))
    let second = inventory.schedules[1]
    #expect(second.hosts.isEmpty && second.options == PlanOptions() && second.window.zone == .utc)
    #expect(second.approvals == 1 && second.acceptRestarts == 0 && second.planAhead == .seconds(43_200))
    #expect(second.stageAhead == nil)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    var kind: Diagnostic.Kind
    var line: Int
    var testDescription: String { "\(kind) \(text.replacing("\n", with: "|").suffix(70))" }

    /// Lines of one schedule, each below the one before.
    init(_ lines: [String], _ kind: Diagnostic.Kind, _ line: Int) {
      text = "schedules:\n  - " + lines.joined(separator: "\n    ")
      (self.kind, self.line) = (kind, line)
    }
  }

  private static func window(_ inner: String) -> [String] { ["name: nights", "window: {\(inner)}"] }
  private static let good = "days: [mon], start: \"22:00\", duration: 4h, zone: UTC"

  static let cases: [Case] = [
    Case(["name: nights"], .missingKey, 2), Case([window], .missingKey, 2),
    Case(["name: a b", window], .invalidValue, 2),
    Case(["name: nights", "windows: {}", window], .unknownKey, 3),
    Case(["name: nights", window, "hosts: []"], .invalidValue, 4),
    Case(["name: nights", window, "hosts: milan"], .wrongType, 4),
    Case(["name: nights", window, "hosts: [x*]"], .unknownName, 4),
    Case(["name: nights", window, "hosts:", "  - sev-a01", "  - group=rome"], .unknownName, 6),
    Case(["name: nights", window, "target: none-such"], .unknownName, 4),
    Case(["name: nights", window, "target: backup"], .unsupported, 4),
    Case(["name: nights", window, "allow_downgrade: yes"], .wrongType, 4),
    Case(["name: nights", window, "approvals: 3"], .invalidValue, 4),
    Case(["name: nights", window, "accept_restarts: -1"], .invalidValue, 4),
    Case(["name: nights", window, "plan_ahead: 8d"], .invalidValue, 4),
    Case(["name: nights", window, "stage_ahead: 8d"], .invalidValue, 4),
    Case(["name: nights", window, "stage_ahead: 0s"], .invalidValue, 4),
    Case(["name: nights", window, "stage_ahead: 59s"], .invalidValue, 4),
    Case(["name: nights", window, "blackouts: [2026-02-29]"], .invalidValue, 4),
    Case(["name: nights", window, "blackouts: [2026-03-02..2026-03-01]"], .invalidValue, 4),
    Case(["name: nights", window, "blackouts: [2026-03-01..]"], .invalidValue, 4),
    Case(["name: nights", window, "blackouts: 2026-03-01"], .wrongType, 4),
    Case(window("start: \"22:00\", duration: 4h, zone: UTC"), .missingKey, 3),
    Case(window(good + ", days_off: []"), .unknownKey, 3),
    Case(window("days: [], start: \"22:00\", duration: 4h, zone: UTC"), .invalidValue, 3),
    Case(window("days: [mon, mon], start: \"22:00\", duration: 4h, zone: UTC"), .duplicate, 3),
    Case(window("days: [monday], start: \"22:00\", duration: 4h, zone: UTC"), .invalidValue, 3),
    Case(window("days: [mon], start: \"24:00\", duration: 4h, zone: UTC"), .invalidValue, 3),
    Case(window("days: [mon], start: \"2:00\", duration: 4h, zone: UTC"), .invalidValue, 3),
    Case(window("days: [mon], start: \"22:60\", duration: 4h, zone: UTC"), .invalidValue, 3),
    Case(window("days: [mon], start: \"22:00\", duration: 0m, zone: UTC"), .invalidValue, 3),
    Case(window("days: [mon], start: \"22:00\", duration: 25h, zone: UTC"), .invalidValue, 3),
    Case(window("days: [mon], start: \"22:00\", duration: 4, zone: UTC"), .invalidValue, 3),
    Case(window("days: [mon], start: \"22:00\", duration: 4h, zone: Berlin"), .unknownName, 3),
    Case(window("days: [mon], start: \"22:00\", duration: 4h, zone: EST"), .unknownName, 3),
    Case(window("days: [mon], start: \"22:00\", duration: 4h, zone: GMT+3"), .unknownName, 3),
    Case(window("days: [mon], start: \"22:00\", duration: 4h, zone: \"UTC\\0x\""), .unknownName, 3),
  ]

  @Test(arguments: cases) func isRefused(_ one: Case) {
    guard case .failure(let found) = Self.read(one.text) else {
      Issue.record("accepted")
      return
    }
    #expect(found.list.map(\.kind) == [one.kind], "\(found)")
    #expect(found.list.first?.location.line == one.line, "\(found)")
  }

  @Test func allMistakesComeAtOnce() {
    let text = """
      schedules:
        - name: a
          \(Self.window)
        - name: a
          window: {days: [xyz], start: 25, duration: 4h, zone: nowhere}
          approvals: 9
      """
    guard case .failure(let found) = Self.read(text) else {
      Issue.record("accepted")
      return
    }
    #expect(found.list.map { $0.location.line } == [5, 5, 5, 6], "\(found)")
    guard
      case .failure(let twice) = Self.read("schedules:\n  - {name: a, \(Self.window)}\n  - {name: a, \(Self.window)}")
    else {
      Issue.record("two of one name were accepted")
      return
    }
    #expect(twice.list.map(\.kind) == [.duplicate] && twice.list.first?.location.line == 3, "\(twice)")
  }

  /// Each change of a year is where the system's own answers change, to the second.
  @Test(
    arguments: [
      "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo", "Africa/Casablanca", "Asia/Kathmandu",
      "America/St_Johns", "Pacific/Chatham",
    ])
  func zonesAreTheSystems(_ name: String) throws {
    let rules = try #require(ZoneText.rules(name))
    let zone = try #require(TimeZone(identifier: name))
    func offset(_ seconds: Int64) -> Int { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))) }
    for hour in stride(from: Int64(1_577_836_800), to: 1_893_456_000, by: 3600 * 5) {
      #expect(rules.offset(at: Instant(milliseconds: hour * 1000)) == offset(hour), "\(name) at \(hour)")
    }
    for transition in rules.transitions {
      let at = transition.from.milliseconds / 1000
      #expect(offset(at) == transition.offset && offset(at - 1) != transition.offset, "\(name) at \(at)")
    }
    #expect(rules.transitions.isEmpty == ["Asia/Tokyo", "Asia/Kathmandu"].contains(name))
  }

  @Test(arguments: ["", "utc", "GMT+3", "EST5", "Europe/Berlin\0", "Europe/Berlin\0x", " UTC", "../UTC", "Europe"])
  func noZoneOfThatName(_ name: String) { #expect(ZoneText.rules(name) == nil) }
}

import FleetCore

/// Reads schedules.yaml.
struct SchedulesFileReader {
  /// A word of HOSTS and where it stands; whether it means anything is told when the hosts are known.
  struct Selector {
    var text: String
    var place: SourceLocation

    func matches(_ host: Host) -> Bool { HostSelector(text).matches(host) }
  }

  struct Declared {
    var schedule: Schedule
    var selectors: [Selector]
  }

  private static let keys = [
    "name", "hosts", "target", "allow_downgrade", "allow_unknown_floor", "accept_sev_es_loss", "window", "blackouts",
    "approvals", "accept_restarts", "plan_ahead", "stage_ahead",
  ]

  let targets: TargetsFileReader
  let log: DiagnosticLog

  func read(_ root: YamlNode) -> [Declared] {
    guard let map = YamlMap(root, name: "schedules.yaml", keys: ["schedules"], log: log),
      let elements = map.required("schedules")?.elements(maximum: InventoryLimits.schedules)
    else { return [] }
    var names: Set<String> = []
    return elements.compactMap { field in
      guard let declared = read(field) else { return nil }
      guard names.insert(declared.schedule.name).inserted else {
        field.report(.duplicate, "there is a schedule \(declared.schedule.name) already")
        return nil
      }
      return declared
    }
  }

  private func read(_ field: YamlField) -> Declared? {
    guard let map = field.map(keys: Self.keys, name: "a schedule") else { return nil }
    let name = map.required("name")?.word(NameText.expectation)
    let window = map.required("window").flatMap { self.window($0, blackouts: map["blackouts"]) }
    let selectors = map["hosts"].flatMap(selectors) ?? []
    let options = options(map)
    let approvals = map["approvals"]?.integer(InventoryLimits.approvals)
    let restarts = map["accept_restarts"]?.integer(InventoryLimits.restarts)
    let ahead = map["plan_ahead"].flatMap { self.ahead($0, "plan_ahead") }
    let staged = map["stage_ahead"].flatMap { self.ahead($0, "stage_ahead", atLeast: InventoryLimits.stageAhead) }
    guard let name, let window else { return nil }
    var schedule = Schedule(
      name: name, hosts: selectors.map(\.text), options: options, window: window,
      declaredAt: SourceLocation(file: log.file, line: field.line))
    if let approvals { schedule.approvals = approvals }
    if let restarts { schedule.acceptRestarts = restarts }
    if let ahead { schedule.planAhead = ahead }
    schedule.stageAhead = staged
    return Declared(schedule: schedule, selectors: selectors)
  }

  /// The words of a list of HOSTS.
  func selectors(_ field: YamlField) -> [Selector]? {
    guard let elements = field.elements(maximum: InventoryLimits.selectors) else { return nil }
    if elements.isEmpty { field.report(.invalidValue, "hosts names none; without the key all are meant") }
    return elements.compactMap { element in
      let expected = "a name, a glob, group=NAME or domain=NAME"
      guard let text = element.text(expected, where: NameText.isPrintable) else { return nil }
      return Selector(text: text, place: SourceLocation(file: log.file, line: element.line))
    }
  }

  private func options(_ map: YamlMap) -> PlanOptions {
    var options = PlanOptions()
    options.target = map["target"].flatMap { targets.target($0) }
    options.allowDowngrade = map["allow_downgrade"]?.boolean() ?? false
    options.allowUnknownFloor = map["allow_unknown_floor"]?.boolean() ?? false
    options.acceptSEVESLoss = map["accept_sev_es_loss"]?.boolean() ?? false
    return options
  }

  private func ahead(_ field: YamlField, _ key: String, atLeast minimum: Duration = .zero) -> Duration? {
    guard let duration = field.duration(atLeast: minimum) else { return nil }
    guard duration <= InventoryLimits.planAhead else {
      field.report(
        .invalidValue, "\(key) must be at most \(DurationText.spelling(InventoryLimits.planAhead))")
      return nil
    }
    return duration
  }

  // MARK: Windows

  private func window(_ field: YamlField, blackouts: YamlField?) -> MaintenanceWindow? {
    let dark = blackouts.flatMap { $0.list(maximum: InventoryLimits.blackouts, Self.blackout) } ?? []
    guard let map = field.map(keys: ["days", "start", "duration", "zone"]) else { return nil }
    let days = map.required("days").flatMap(Self.days)
    let start = map.required("start").flatMap(Self.minute)
    let duration = map.required("duration").flatMap(Self.length)
    let zone = map.required("zone").flatMap(Self.zone)
    guard let days, let start, let duration, let zone else { return nil }
    return MaintenanceWindow(days: days, start: start, duration: duration, zone: zone, blackouts: dark)
  }

  private static func days(_ field: YamlField) -> [Weekday]? {
    guard let days = field.list(maximum: Weekday.allCases.count, { $0.choice(Weekday.self) }) else { return nil }
    guard !days.isEmpty else {
      field.report(.invalidValue, "days must name at least one day")
      return nil
    }
    if let twice = days.first(where: { day in days.filter { $0 == day }.count > 1 }) {
      field.report(.duplicate, "\(twice.rawValue) stands twice in days")
      return nil
    }
    return Weekday.allCases.filter(days.contains)
  }

  /// `22:00`, in quotes or not.
  private static func minute(_ field: YamlField) -> Int? {
    let expected = "a local time such as \"22:00\""
    guard let text = field.spelling(expected) else { return nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2,
      parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
    else {
      field.report(.invalidValue, "\(field.name) must be \(expected), not \"\(text.shortened)\"")
      return nil
    }
    return hour * 60 + minute
  }

  private static func length(_ field: YamlField) -> Duration? {
    guard let duration = field.duration(atLeast: .seconds(60)) else { return nil }
    guard duration <= MaintenanceWindow.longest else {
      field.report(
        .invalidValue,
        "\(field.name) must be at most \(DurationText.spelling(MaintenanceWindow.longest)), the next day's begins then")
      return nil
    }
    return duration
  }

  private static func zone(_ field: YamlField) -> ZoneRules? {
    guard let text = field.text() else { return nil }
    if let rules = ZoneText.rules(text) { return rules }
    field.report(
      .unknownName, "\(field.name) must be a time zone such as Europe/Berlin or UTC, not \"\(text.shortened)\"")
    return nil
  }

  /// `2026-12-24`, or `2026-12-31..2027-01-02` with both ends.
  private static func blackout(_ field: YamlField) -> MaintenanceWindow.Blackout? {
    let expected = "a date such as 2026-12-24, or two as 2026-12-31..2027-01-02"
    guard let text = field.spelling(expected) else { return nil }
    let ends = text.components(by: "..").map { CivilDate($0) }
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last else {
      field.report(.invalidValue, "\(field.name) must be \(expected), not \"\(text.shortened)\"")
      return nil
    }
    return MaintenanceWindow.Blackout(first: first, last: last)
  }
}

extension String {
  /// The parts between a separator; the whole text where there is none.
  fileprivate func components(by separator: String) -> [Substring] {
    guard let range = firstRange(of: separator) else { return [self[...]] }
    return [self[..<range.lowerBound], self[range.upperBound...]]
  }
}

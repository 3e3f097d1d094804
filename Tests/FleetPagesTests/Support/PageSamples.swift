import FleetCore
import FleetPages

/// Models of every page, with every state in them. `word` passes on every text that comes from outside.
struct PageSamples {
  var word: (String) -> String = { $0 }

  static let now = Instant(milliseconds: 1_795_764_931_000)

  static func before(_ minutes: Int64) -> Instant { Instant(milliseconds: now.milliseconds - minutes * 60_000) }

  func context(_ abilities: Set<PageAbility> = Set(PageAbility.allCases), isSignedIn: Bool = true) -> PageContext {
    let viewer = PageViewer(
      name: word("maria"), role: word("operator"), abilities: abilities, formToken: word("4f0c2a"))
    return PageContext(now: Self.now, viewer: isSignedIn ? viewer : nil)
  }

  static func host(_ number: Int) -> String {
    let digits = String(number + 1)
    return "sev-\(String(repeating: "0", count: max(0, 4 - digits.utf8.count)))\(digits)"
  }

  /// Mostly compliant, with every standing among them.
  static func standing(_ number: Int) -> HostStanding {
    switch number % 23 {
    case 3: .behind
    case 7: .working
    case 11: number % 46 == 11 ? .quarantined : .unstable
    case 15: .unknown
    case 19: .ahead
    case 20, 21: number % 2 == 0 ? .behind : .compliant
    default: .compliant
    }
  }

  func fleet(hosts: Int, filter: FleetFilter = FleetFilter()) -> FleetPage.Model {
    let perDomain = 32
    let domains = (0..<(hosts + perDomain - 1) / perDomain).map { domain in
      FleetPage.Domain(
        name: word("az\(domain / 8 + 1)/rack\(domain % 8 + 1)"),
        tiles: (domain * perDomain..<min(hosts, (domain + 1) * perDomain)).map { tile($0) })
    }
    return FleetPage.Model(
      domains: domains, filter: filter,
      work: [
        FleetPage.Work(
          rollout: word("ro-7c1f20ab"), state: .running,
          text: word("wave 2 of 4: 3 of 12 hosts ended, about 1h 40m left")),
        FleetPage.Work(
          rollout: word("ro-19ee04d1"), state: .waiting,
          text: word("opens at 2026-11-28 01:00 UTC, one approval is wanting")),
      ], seq: 4711)
  }

  private func tile(_ number: Int) -> FleetPage.Tile {
    let standing = Self.standing(number)
    let running: String? =
      switch standing {
      case .behind, .working: "1.55.31"
      case .ahead: "1.55.40"
      case .unknown: nil
      case .quarantined, .unstable, .compliant: "1.55.36"
      }
    return FleetPage.Tile(
      host: word(Self.host(number)), standing: standing, running: running.map(word),
      note: standing == .working ? word("drain, 4 servers left") : nil)
  }

  func rollouts() -> [RolloutsPage.Row] {
    zip(RolloutStanding.allCases, 0...).map { standing, number in
      RolloutsPage.Row(
        id: word("ro-7c1f20a\(number)"), standing: standing, by: number == 3 ? nil : word("maria"),
        startedAt: standing == .waiting ? nil : Self.before(Int64(number) * 731 + 42), ended: number * 5, hosts: 32,
        text: word("milan-2026q3 on az1: \(standing.rawValue) with wave \(number + 1) of 5"))
    }
  }
}

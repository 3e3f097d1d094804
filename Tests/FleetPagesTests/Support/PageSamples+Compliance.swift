import FleetCore
import FleetPages

extension PageSamples {
  func compliance(hosts: Int = 40) -> ComplianceModel {
    ComplianceModel(
      at: Self.now, isPast: false, hosts: (0..<hosts).map { complianceHost($0) }, bulletins: bulletins(hosts),
      days: (0..<45).map { day($0, hosts) },
      waivers: [
        ComplianceModel.Waiver(
          hosts: word("sev-0021 to sev-0024"), subject: word("AMD-SB-3015"), owner: word("maria"),
          reason: word("no SEV guest runs there before the lab moves"), expires: "2026-12-31", isExpired: false),
        ComplianceModel.Waiver(
          hosts: word("group=milan"), subject: word("reportedTCB"), owner: word("jonas"),
          reason: word("pinned until every tenant has attested anew"), expires: "2026-10-31", isExpired: true),
      ],
      restarts: (0..<5).map { number in
        ComplianceModel.Restart(
          project: word(number < 3 ? "payments" : "research"), server: word("db-\(number)"),
          host: word(Self.host(number)),
          launchedOn: number == 4 ? nil : word("1.55.31, snp 24"), wouldAttest: word("snp 25"))
      },
      advisories: [
        ComplianceModel.Advisory(
          text: word(
            "Seeds of VCEK keys were extracted on Milan: a report that shows a compliant TCB can be forged there."),
          fact: Fact(grade: .b, sources: [word("T6")]))
      ])
  }

  func emptyCompliance() -> ComplianceModel {
    ComplianceModel(
      at: Self.before(9000), isPast: true, hosts: [], bulletins: [], days: [], waivers: [], restarts: [], advisories: []
    )
  }

  private func complianceHost(_ number: Int) -> ComplianceModel.Host {
    let state = ComplianceRow.State.allCases[number % 7 < 4 ? 0 : number % 5]
    let current = TCBVersion(bootloader: 4, tee: 0, snp: state == .behind ? 24 : 25, microcode: 219)
    return ComplianceModel.Host(
      host: word(Self.host(number)), domain: number % 9 == 8 ? nil : word("az1/rack\(number / 8 + 1)"), state: state,
      target: word("milan-2026q3"), running: state == .unknown ? nil : word(state == .behind ? "1.55.31" : "1.55.36"),
      afterReset: state == .unknown ? nil : word(state == .unstable ? "1.51.3" : "1.55.36"),
      tcbs: ComplianceModel.TCBs(
        current: state == .unknown ? nil : current, committed: number % 3 == 0 ? nil : current,
        reported: number % 6 == 1 ? TCBVersion(bootloader: 4, tee: 0, snp: 23, microcode: 219) : current),
      features: SEVFeatures(sev: .usable, sevES: number % 3 == 0 ? .lost : .off, sevSNP: .usable),
      findings: state == .compliant ? [] : findings(number), verdicts: verdicts(number),
      drift: number % 8 == 5 ? word("the BIOS went from 2.8.4 to 2.14.1") : nil,
      lastSeen: state == .unknown ? nil : Self.before(Int64(number) + 4))
  }

  private func findings(_ number: Int) -> [ComplianceModel.Statement] {
    [
      ComplianceModel.Statement(
        kind: word("armed"),
        text: word("1.51.3 will run after the next reset: the staged file is not in the initramfs"),
        source: word("firmware files"), grade: nil, isEnforced: true, waiver: nil),
      ComplianceModel.Statement(
        kind: word("reportedTCB"), text: word("the reported TCB is pinned below what runs (SNP_CONFIG)"),
        source: word("snphost"), grade: number % 2 == 0 ? .a : .c, isEnforced: number % 2 == 0,
        waiver: number % 4 == 0 ? word("by maria until 2026-12-31") : nil),
    ]
  }

  private static let bulletinIDs = [
    "AMD-SB-3015", "AMD-SB-3016", "AMD-SB-3019", "AMD-SB-3023", "AMD-SB-3027", "AMD-SB-3033",
  ]

  private func verdicts(_ number: Int) -> [ComplianceModel.Verdict] {
    zip(Self.bulletinIDs, 0...).map { id, place in
      let standing = Self.bulletin(number, place)
      let text =
        switch standing {
        case .behind: "closed from SNP 25 on, found 24"
        case .stepsOpen: "floor met, still to be done: update the operating system"
        case .unknown: "no fact tells what closes it on Milan-X"
        case .floorMet: "floor met; mitigation bit 2 cannot be read: the kernel shows no mitigation vector"
        case .mitigated: "every floor is met, nothing is left to do"
        case .notConcerned: "Milan is not affected"
        }
      return ComplianceModel.Verdict(
        bulletin: word(id), standing: standing, text: word(text),
        fact: Fact(grade: FactGrade.allCases[place % 4], sources: [word("T\(place + 1)"), word("f6")]),
        isEnforced: place % 4 == 0, waiver: place == 0 && number % 10 == 3 ? word("by maria until 2026-12-31") : nil)
    }
  }

  private static func bulletin(_ number: Int, _ place: Int) -> BulletinStanding {
    BulletinStanding.allCases[(number * 7 + place * 3) % 11 < 6 ? 4 : (number + place) % 6]
  }

  private func bulletins(_ hosts: Int) -> [ComplianceModel.Bulletin] {
    zip(Self.bulletinIDs, 0...).map { id, place in
      ComplianceModel.Bulletin(
        id: word(id), title: word("CVE-2024-\(36_000 + place * 319), CVE-2024-\(36_331 + place * 17) (sample)"),
        counts: Dictionary(grouping: (0..<hosts).map { Self.bulletin($0, place) }, by: { $0 }).mapValues(\.count),
        timeToCompliance: place == 4 ? nil : word("half in 6d, nine of ten in 19d"),
        fact: Fact(grade: FactGrade.allCases[place % 4], sources: [word("T\(place + 1)")]))
    }
  }

  private func day(_ number: Int, _ hosts: Int) -> ComplianceModel.Day {
    let unknown = number % 9 == 4 ? 3 : 1
    let good = min(hosts - unknown - 2, number * hosts / 50 + 4)
    return ComplianceModel.Day(
      at: Self.before(Int64(44 - number) * 1440),
      counts: [.compliant: good, .unknown: unknown, .ahead: 1, .unstable: 1, .behind: hosts - good - unknown - 2])
  }
}

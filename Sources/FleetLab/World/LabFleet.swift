/// The small mixed fleet that `lab up` and the demonstration use.
package enum LabFleet {
  /// `count` hosts: Milan first, then Genoa and Turin mixed in, named `sev-a01` and so on.
  package static func hosts(_ count: Int) -> [LabHostSpec] {
    (1...max(1, count)).map { number in
      let name = "sev-a" + (number < 10 ? "0" : "") + "\(number)"
      switch number % 6 {
      case 4, 5: return .genoa(name)
      case 0: return .turin(name)
      default: return .milan(name)
      }
    }
  }

  /// A few servers of every kind that a drain must tell apart.
  package static func servers(_ hosts: [LabHostSpec]) -> [LabWorldSpec.Server] {
    guard let first = hosts.first?.name else { return [] }
    var servers: [LabWorldSpec.Server] = [
      .init("web-01", on: first), .init("web-02", on: first), .init("stopped-01", on: first, state: .shutoff),
    ]
    if hosts.count > 1 { servers.append(.init("web-03", on: hosts[1].name)) }
    if hosts.count > 2 { servers.append(.init("sev-es-01", flavor: "sev-es.small", on: hosts[2].name)) }
    return servers
  }

  /// Images for every generation in the fleet: what runs, what is newer, and what is older.
  package static let images: [LabImage] = [
    LabImage(version: LabVersion(1, 55, 29), spl: 24, family: "fam19h_model0xh"),
    LabImage(version: LabVersion(1, 55, 31), spl: 25, family: "fam19h_model0xh"),
    LabImage(version: LabVersion(1, 55, 34), spl: 26, family: "fam19h_model0xh"),
    LabImage(version: LabVersion(1, 55, 36), spl: 27, family: "fam19h_model0xh"),
    LabImage(version: LabVersion(1, 55, 40), spl: 24, family: "fam19h_model1xh"),
    LabImage(version: LabVersion(1, 55, 42), spl: 25, family: "fam19h_model1xh"),
    LabImage(version: LabVersion(1, 55, 60), spl: 3, family: "fam1ah_model0xh"),
    LabImage(version: LabVersion(1, 55, 62), spl: 3, family: "fam1ah_model0xh"),
  ]

  /// Named targets for that fleet.
  package static let targetsText = """
    targets:
      keep-es: {fam19h_model0xh: 1.55.34, fam19h_model1xh: 1.55.42, fam1ah_model0xh: 1.55.62}
      lose-es: {fam19h_model0xh: 1.55.36, fam19h_model1xh: 1.55.42, fam1ah_model0xh: 1.55.62}
      before:  {fam19h_model0xh: 1.55.31, fam19h_model1xh: 1.55.40, fam1ah_model0xh: 1.55.60}

    """
}

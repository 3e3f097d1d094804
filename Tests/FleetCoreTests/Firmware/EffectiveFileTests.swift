import FleetCore
import Testing

@Suite("FACTS 2.1, 2.2, 2.11: the file that ccp loads") struct EffectiveFileTests {
  private static let cpu = CPUIdentity(family: 25, model: 1, stepping: 1)
  private static let kernel = "6.1.0-40-amd64"
  private static let everything = FirmwareSearch(classPath: "/srv/firmware", loadsXZ: true, loadsZstd: true)

  /// The kernel's order, written from FACTS: name by name; for a name all places plain, then .zst, then .xz.
  private static let expected: [String] = [
    "amd/amd_sev_fam19h_model01h.sbin", "amd/amd_sev_fam19h_model0xh.sbin", "amd/sev.fw",
  ].flatMap { name in
    ["", ".zst", ".xz"].flatMap { suffix in
      [
        "/srv/firmware", "/lib/firmware/updates/\(kernel)", "/lib/firmware/updates", "/lib/firmware/\(kernel)",
        "/lib/firmware",
      ].map { "\($0)/\(name)\(suffix)" }
    }
  }

  private func resolve(_ paths: [String], _ search: FirmwareSearch = everything) -> EffectiveFile.Resolution {
    EffectiveFile.resolve(
      cpu: Self.cpu, files: paths.map { FirmwareFile(path: $0) }, search: search, kernel: Self.kernel)
  }

  @Test("the table has every name, place and suffix once, in the kernel's order") func table() {
    let found = EffectiveFile.candidates(for: Self.cpu, search: Self.everything, kernel: Self.kernel).map(\.path)
    #expect(found == Self.expected)
    #expect(Set(found).count == 3 * 5 * 3)
  }

  @Test("of any two files present the earlier one wins and shadows the other") func everyPair() {
    for (first, winner) in Self.expected.enumerated() {
      for loser in Self.expected[(first + 1)...] {
        for files in [[winner, loser], [loser, winner]] {
          let resolution = resolve(files)
          #expect(resolution.winner?.path == winner)
          #expect(resolution.shadow(of: loser) == winner)
          #expect(resolution.shadow(of: winner) == nil)
          #expect(resolution.uncertainty == nil)
        }
      }
    }
  }

  @Test("every file alone wins, and files that are no candidates never do") func alone() {
    for path in Self.expected { #expect(resolve([path, "/lib/firmware/amd/other.sbin"]).winner?.path == path) }
    for path in [
      "/lib/firmware/amd/amd_sev_fam19h_model1xh.sbin", "/lib/firmware/amd/amd_sev_fam17h_model01h.sbin",
      "/lib/firmware/updates/6.2.0/amd/sev.fw", "/lib/firmware/sev.fw", "/lib/firmware/amd/sev.fw.gz",
      "/usr/share/firmware/amd/sev.fw",
    ] {
      #expect(resolve([path]).winner == nil)
      #expect(resolve([path]).shadow(of: path) == nil)
    }
  }

  @Test("a suffix the kernel does not load is passed over in silence") func unsupported() {
    for (position, path) in Self.expected.enumerated() where path.hasSuffix(".xz") || path.hasSuffix(".zst") {
      var search = Self.everything
      if path.hasSuffix(".xz") { search.loadsXZ = false } else { search.loadsZstd = false }
      #expect(resolve([path], search).winner == nil)
      #expect(resolve([path], search).uncertainty == nil)
      let later = Self.expected[(position + 1)...].first { !$0.hasSuffix(path.hasSuffix(".xz") ? ".xz" : ".zst") }
      if let later { #expect(resolve([path, later], search).winner?.path == later) }
    }
  }

  @Test("an unknown suffix support makes the winner uncertain only where it decides") func unknownSupport() {
    for (first, winner) in Self.expected.enumerated() {
      for loser in Self.expected[(first + 1)...] {
        var search = Self.everything
        search.loadsXZ = nil
        search.loadsZstd = nil
        let plainWins = winner.hasSuffix(".sbin") || winner.hasSuffix(".fw")
        let resolution = resolve([winner, loser], search)
        #expect((resolution.uncertainty == nil) == plainWins)
        #expect(resolution.winner?.path == winner)
      }
    }
  }

  @Test("without firmware_class.path its place does not exist", arguments: [nil, ""] as [String?])
  func noClassPath(path: String?) {
    let search = FirmwareSearch(classPath: path, loadsXZ: true, loadsZstd: true)
    #expect(EffectiveFile.places(search: search, kernel: Self.kernel).count == 4)
    #expect(resolve(["/srv/firmware/amd/sev.fw"], search).winner == nil)
    #expect(
      resolve(["/lib/firmware/amd/sev.fw", "/lib/firmware/updates/amd/sev.fw"], search).winner?.path
        == "/lib/firmware/updates/amd/sev.fw")
  }

  @Test("a class path that is one of the kernel's own places doubles nothing") func doubledPlace() {
    let search = FirmwareSearch(classPath: "/lib/firmware", loadsXZ: true, loadsZstd: true)
    let resolution = resolve(["/lib/firmware/updates/amd/sev.fw", "/lib/firmware/amd/sev.fw"], search)
    #expect(resolution.order.map(\.path) == ["/lib/firmware/amd/sev.fw", "/lib/firmware/updates/amd/sev.fw"])
  }

  @Test("/usr/lib and /lib are one folder") func merged() {
    let both = resolve(["/usr/lib/firmware/amd/sev.fw", "/lib/firmware/amd/sev.fw"])
    #expect(both.order.count == 1)
    for path in Self.expected where path.hasPrefix("/lib/") {
      #expect(resolve(["/usr" + path]).winner?.path == "/usr" + path)
    }
    let search = FirmwareSearch(classPath: "/usr/lib/firmware/own", loadsXZ: false, loadsZstd: false)
    #expect(resolve(["/lib/firmware/own/amd/sev.fw"], search).winner != nil)
  }

  @Test(
    "the names follow the CPU",
    arguments: [
      (CPUIdentity(family: 23, model: 49, stepping: 0), "17h_model31h", "17h_model3xh"),
      (CPUIdentity(family: 25, model: 160, stepping: 2), "19h_modela0h", "19h_modelaxh"),
      (CPUIdentity(family: 26, model: 2, stepping: 1), "1ah_model02h", "1ah_model0xh"),
    ])
  func names(cpu: CPUIdentity, exact: String, range: String) {
    #expect(
      EffectiveFile.names(for: cpu) == ["amd/amd_sev_fam\(exact).sbin", "amd/amd_sev_fam\(range).sbin", "amd/sev.fw"])
  }
}

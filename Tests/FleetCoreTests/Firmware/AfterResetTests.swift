import FleetCore
import Testing

@Suite("FACTS 1.5, 2.3, 2.9, 2.12: what runs after the next reset") struct AfterResetTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var floor: FirmwareVersion?
    var running: FirmwareVersion?
    var expected: FirmwareVersion?
    var word: String
    var change: @Sendable (inout Observation) -> Void

    init(
      _ name: String, floor: FirmwareVersion? = Bench.floor, running: FirmwareVersion? = Bench.running,
      expected: FirmwareVersion?, word: String = "",
      _ change: @escaping @Sendable (inout Observation) -> Void = { _ in }
    ) {
      testDescription = name
      self.floor = floor
      self.running = running
      self.expected = expected
      self.word = word
      self.change = change
    }
  }

  private static func file(_ version: FirmwareVersion?, _ path: String = Bench.path) -> FirmwareFile {
    FirmwareFile(path: path, version: version)
  }

  private static func initramfs(_ ccp: Bool?, _ files: [FirmwareFile], kernel: String = Bench.kernel) -> Initramfs {
    Initramfs(kernel: kernel, path: "/boot/initrd.img-\(kernel)", containsCCP: ccp, files: files)
  }

  static let rows: [Row] = [
    Row("the file on the root is loaded", expected: Bench.running, word: "is loaded"),
    Row("an armed newer file", expected: Bench.newer) { $0.files = [file(Bench.newer)] },
    Row("an armed older file at or above the floor", expected: Bench.old) { $0.files = [file(Bench.old)] },
    Row("a file below the BIOS copy is not taken", expected: Bench.floor, word: "older than the BIOS copy") {
      $0.files = [file(FirmwareVersion(1, 51, 2))]
    },
    Row("a file equal to the BIOS copy", expected: Bench.floor) { $0.files = [file(Bench.floor)] },
    Row("no file: the BIOS copy", expected: Bench.floor, word: "BIOS copy") { $0.files = [] },
    Row("no file, unknown floor", floor: nil, expected: nil, word: "BIOS version is not known") { $0.files = [] },
    Row("unknown floor, a file not older than what runs", floor: nil, expected: Bench.newer) {
      $0.files = [file(Bench.newer)]
    },
    Row("unknown floor, a file older than what runs", floor: nil, expected: nil, word: "not known") {
      $0.files = [file(Bench.old)]
    },
    Row("unknown floor, nothing known to run", floor: nil, running: nil, expected: nil),
    Row("a winner that cannot be read", expected: nil, word: "could not be read") { $0.files = [file(nil)] },
    Row("a file for another CPU is none", expected: Bench.floor) {
      $0.files = [file(Bench.newer, "/lib/firmware/amd/amd_sev_fam19h_model1xh.sbin")]
    },
    Row("the winner decides, not the file just staged", expected: Bench.old) {
      $0.files = [
        file(Bench.newer), file(Bench.old, "/lib/firmware/updates/amd/amd_sev_fam19h_model0xh.sbin"),
      ]
    },
    Row("the CPU is unknown", expected: nil, word: "CPU") { $0.cpu = nil },
    Row("the kernel that boots next is unknown", expected: nil, word: "boots next") { $0.nextBootKernel = nil },
    Row("an initramfs without ccp: the root decides", expected: Bench.newer) {
      $0.files = [file(Bench.newer)]
      $0.initramfs = initramfs(false, [file(Bench.old)])
    },
    Row("ccp in the initramfs: its copy decides", expected: Bench.old, word: "in the initramfs") {
      $0.files = [file(Bench.newer)]
      $0.initramfs = initramfs(true, [file(Bench.old)])
    },
    Row("ccp in an initramfs without a file: the BIOS copy", expected: Bench.floor, word: "holds no firmware") {
      $0.initramfs = initramfs(true, [])
    },
    Row("the initramfs cannot be listed", expected: nil, word: "could not be listed") {
      $0.initramfs = initramfs(nil, [])
    },
    Row("the initramfs of another kernel says nothing", expected: nil, word: "not that of") {
      $0.initramfs = initramfs(true, [file(Bench.newer)], kernel: "6.1.0-1-amd64")
    },
    Row("ccp is built in: the initramfs decides", expected: Bench.old) {
      $0.modules.ccp = .builtin
      $0.initramfs = initramfs(false, [file(Bench.old)])
    },
    Row("ccp is built in, and the initramfs holds no firmware: the BIOS copy", expected: Bench.floor, word: "holds no")
    {
      $0.modules.ccp = .builtin
      $0.initramfs = initramfs(false, [])
    },
    Row("ccp is built in, and the initramfs cannot be listed", expected: nil, word: "could not be listed") {
      $0.modules.ccp = .builtin
      $0.initramfs = initramfs(nil, [])
    },
    Row("ccp is built in, and there is no initramfs: the root decides", expected: Bench.running) {
      $0.modules.ccp = .builtin
    },
    Row("an .xz file and an unknown loader", expected: nil, word: "not known whether") {
      $0.files = [file(Bench.newer, Bench.path + ".xz")]
      $0.search.loadsXZ = nil
    },
    Row("a .zst file that this kernel does not load", expected: Bench.floor) {
      $0.files = [file(Bench.newer, Bench.path + ".zst")]
    },
    Row("the next boot searches the path of its command line", expected: Bench.newer) {
      $0.nextSearch = FirmwareSearch(classPath: "/srv/fw", loadsXZ: true, loadsZstd: false)
      $0.files = [file(Bench.old), file(Bench.newer, "/srv/fw/amd/amd_sev_fam19h_model0xh.sbin")]
    },
    Row("a path set after the boot is lost with the boot", expected: Bench.old) {
      $0.search.classPath = "/srv/fw"
      $0.nextSearch = FirmwareSearch(loadsXZ: true, loadsZstd: false)
      $0.files = [file(Bench.old), file(Bench.newer, "/srv/fw/amd/amd_sev_fam19h_model0xh.sbin")]
    },
    Row("the next kernel does not load .xz", expected: Bench.floor) {
      $0.files = [file(Bench.newer, Bench.path + ".xz")]
      $0.nextSearch = FirmwareSearch(loadsXZ: false, loadsZstd: false)
    },
    Row("/usr/lib is /lib", expected: Bench.newer) { $0.files = [file(Bench.newer, "/usr" + Bench.path)] },
    Row("the places of the kernel that boots next count", expected: Bench.newer) {
      $0.nextBootKernel = "6.12.1"
      $0.files = [
        file(Bench.old), file(Bench.newer, "/lib/firmware/6.12.1/amd/amd_sev_fam19h_model0xh.sbin"),
      ]
    },
  ]

  @Test("rows", arguments: rows) func judge(row: Row) {
    var seen = Bench.observation()
    row.change(&seen)
    let after = AfterReset.judge(seen, running: row.running, floor: row.floor)
    #expect(after.version == row.expected, "\(after.why)")
    #expect(after.why.contains(row.word), "\(after.why)")
    #expect(!after.why.isEmpty)
  }
}

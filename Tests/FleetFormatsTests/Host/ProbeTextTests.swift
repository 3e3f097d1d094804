import FleetCore
import FleetFormats
import Testing

struct ProbeTextTests {
  static func observation(_ answer: AnswerFixture) throws -> Observation {
    try ProbeText.parse(answer.bytes, host: HostID("cmp-017"), at: Instant(milliseconds: 5), facts: Sample.facts).get()
  }

  @Test func aWholeHost() throws {
    let seen = try Self.observation(.milan)
    #expect(seen.host == HostID("cmp-017") && seen.observedAt == Instant(milliseconds: 5))
    #expect(seen.bootID == "1b2c3d4e-0000-4000-8000-000000000001")
    #expect(seen.uptimeSeconds == 86400)
    #expect(seen.kernel == "6.1.0-18-amd64")
    #expect(seen.bios == "AMI 2.7 05/02/2025")
    #expect(seen.microcode == "0xa0011d5")
    #expect(seen.cpu == CPUIdentity(family: 25, model: 1, stepping: 1))
    #expect(seen.kexecLoaded == false)
    #expect(seen.startedByKexec == false)
    #expect(seen.firmwareBootRecord == "firmware_start_ns=0 bootloader_load_ns=18123456789")
    #expect(seen.parameters == SEVParameters(sev: true, sevES: true, sevSNP: true))
    #expect(seen.search == FirmwareSearch(classPath: nil, loadsXZ: true, loadsZstd: false))
    #expect(seen.heldPackages == ["amd64-microcode"])
    #expect(seen.packageManager == "apt-get (pid 812)")
    #expect(seen.computeUnit == .systemd(unit: "nova-compute.service"))
    #expect(seen.tools["snphost"] == "/usr/bin/snphost")
    #expect(seen.sudoRefused.isEmpty)
    #expect(seen.notes.isEmpty)
  }

  @Test(
    "who started the kernel: the high digit of the boot loader's type",
    arguments: [
      ("114", false), ("33", false), ("176", false), ("208", true), ("211", true), ("255", nil), ("469", false),
      ("x", nil),
    ] as [(String, Bool?)])
  func bootloader(type: String, expected: Bool?) throws {
    var fixture = AnswerFixture.milan
    fixture["values"] = "bootloader=\(type)"
    #expect(try Self.observation(fixture).startedByKexec == expected)
  }

  @Test("K: the lease is what the host shows, and what is none is not nobody's") func lease() throws {
    let line = String(repeating: "a", count: 32) + ",r1,ctl1"
    let since = Instant(milliseconds: 1_795_000_000_000)
    let rows: [(String, HostLease?)] = [
      ("", nil), ("lease.line=\(line)\nlease.since=1795000000", HostLease(line: line, since: since)),
      ("lease.line=\(line)\nlease.since=", HostLease(line: line)),
      ("lease.line=made by hand", HostLease(line: "made by hand")),
      ("lease.unreadable=1", HostLease(line: "")),
    ]
    for (lines, expected) in rows {
      var fixture = AnswerFixture.milan
      fixture["values"] = "kernel=6.1.0\n" + lines
      #expect(try Self.observation(fixture).lease == expected, "\(lines)")
    }
  }

  @Test func firmwareFromEverySource() throws {
    let seen = try Self.observation(.milan)
    #expect(RunningFirmware.judge(seen.firmware) == .known(FirmwareVersion(1, 55, 31)))
    #expect(seen.firmware.kernelLog?.reachesBoot == true)
    #expect(seen.firmware.kernelLog?.floor?.version == FirmwareVersion(1, 51, 3))
    #expect(seen.firmware.sevctl == FirmwareVersion(1, 55, 31))
    #expect(seen.firmware.snphost == "1.55")
  }

  @Test func modules() throws {
    let seen = try Self.observation(.milan)
    #expect(
      seen.modules
        == ModuleState(ccp: .module, kvmAMD: .module, ccpHolders: ["kvm_amd"], ccpReferences: 1, kvmReferences: 2))
    #expect(seen.modules.reloadable)
    var builtin = AnswerFixture.milan
    builtin["values"] = "builtinList=1\nccp.present=0\nkvm_amd.present=0\nbuiltin=kernel/drivers/crypto/ccp/ccp.ko"
    #expect(try Self.observation(builtin).modules.ccp == .builtin)
    #expect(try Self.observation(builtin).modules.kvmAMD == .absent)
    builtin["values"] = "ccp.present=1\nkvm_amd.present=1\nbuiltin=kernel/arch/x86/kvm/kvm-amd.ko"
    #expect(try Self.observation(builtin).modules.ccp == .builtin)
    #expect(try Self.observation(builtin).modules.kvmAMD == .builtin)
    builtin["values"] = ""
    #expect(try Self.observation(builtin).modules.ccp == nil)
  }

  @Test func filesAndInitramfs() throws {
    let seen = try Self.observation(.milan)
    #expect(
      seen.files == [
        FirmwareFile(
          path: AnswerFixture.path, sha256: AnswerFixture.hash, version: FirmwareVersion(1, 55, 31), spl: 28,
          size: 4096, mode: "644", owner: "root:root", package: "amd64-microcode")
      ])
    #expect(seen.nextBootKernel == "6.1.0-18-amd64")
    #expect(seen.initramfs?.path == "/boot/initrd.img-6.1.0-18-amd64")
    #expect(seen.initramfs?.containsCCP == true)
    #expect(seen.initramfs?.files.map(\.version) == [FirmwareVersion(1, 55, 29)])
    let after = AfterReset.judge(seen, running: FirmwareVersion(1, 55, 31), floor: FirmwareVersion(1, 51, 3))
    #expect(after.version == FirmwareVersion(1, 55, 29))
  }

  @Test func theNextBootSearchesByItsOwnCommandLine() throws {
    #expect(try Self.observation(.milan).nextSearch == nil)
    var answer = AnswerFixture.milan
    answer["values"] = "kernel=6.1.0-18-amd64\nclassPath=/srv/fw\nbootClassPath="
    let lost = try Self.observation(answer)
    #expect(lost.search.classPath == "/srv/fw")
    #expect(lost.nextSearch == FirmwareSearch(classPath: nil, loadsXZ: true, loadsZstd: false))
    answer["values"] = "kernel=6.1.0-18-amd64\nclassPath=\nbootClassPath=/srv/fw"
    #expect(try Self.observation(answer).searchAfterReset.classPath == "/srv/fw")
    // Without a command line nothing says that the path will go.
    answer["values"] = "kernel=6.1.0-18-amd64\nclassPath=/srv/fw"
    #expect(try Self.observation(answer).nextSearch == nil)
  }

  @Test func anotherKernelLoadsItsOwnSuffixes() throws {
    var answer = AnswerFixture.milan
    answer["values"] = "kernel=6.1.0-13-amd64"
    // Nobody read the next kernel's configuration.
    #expect(try Self.observation(answer).nextSearch == FirmwareSearch())
    answer["loader-config.next"] =
      "kernel=6.1.0-18-amd64\nCONFIG_FW_LOADER=y\nCONFIG_FW_LOADER_COMPRESS=y\n"
      + "# CONFIG_FW_LOADER_COMPRESS_XZ is not set\nCONFIG_FW_LOADER_COMPRESS_ZSTD=y"
    #expect(try Self.observation(answer).nextSearch == FirmwareSearch(loadsXZ: false, loadsZstd: true))
    answer["loader-config.next"] = "kernel=6.1.0-17-amd64\nCONFIG_FW_LOADER=y"
    #expect(try Self.observation(answer).nextSearch == FirmwareSearch())
  }

  @Test func anInitramfsWithoutInitProvesNothing() throws {
    var answer = AnswerFixture.milan
    answer["initramfs.files"] = nil
    answer["initramfs"] =
      "kernel=6.1.0-18-amd64\nimage=/boot/initrd.img-6.1.0-18-amd64\n" + AnswerFixture.answered("early/x")
    #expect(try Self.observation(answer).initramfs?.containsCCP == nil)
    answer["initramfs"] =
      "kernel=6.1.0-18-amd64\nimage=/boot/i\n" + AnswerFixture.answered("init -> usr/bin/busybox", status: 2)
    #expect(try Self.observation(answer).initramfs?.containsCCP == nil)
    answer["initramfs"] =
      "kernel=6.1.0-18-amd64\nimage=/boot/i\n" + AnswerFixture.answered("init -> usr/bin/busybox")
    #expect(try Self.observation(answer).initramfs?.containsCCP == false)
  }

  @Test func dracutListing() throws {
    var answer = AnswerFixture.milan
    answer["initramfs.files"] = nil
    answer["initramfs"] =
      "kernel=6.1.0-18-amd64\nimage=/boot/initramfs-6.1.0-18-amd64.img\n"
      + AnswerFixture.answered(
        """
        lrwxrwxrwx   1 root     root           23 Jan  1  1970 init -> usr/lib/systemd/systemd
        -rw-r--r--   1 root     root       155648 Jan  1  1970 usr/lib/modules/6.1/kernel/drivers/crypto/ccp/ccp.ko.xz
        -rw-r--r--   1 root     root        40000 Jan  1  1970 usr/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin.xz
        """)
    let initramfs = try Self.observation(answer).initramfs
    #expect(initramfs?.containsCCP == true)
    // Listed, but not unpacked: present with nothing known of it.
    #expect(initramfs?.files == [FirmwareFile(path: "/usr/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin.xz")])
  }

  @Test func anInitramfsOfAnotherKernelIsUnknown() throws {
    var answer = AnswerFixture.milan
    answer["initramfs"] =
      "kernel=6.1.0-13-amd64\nimage=/boot/initrd.img-6.1.0-13-amd64\n" + AnswerFixture.answered("init")
    let seen = try Self.observation(answer)
    #expect(seen.initramfs == Initramfs(kernel: "6.1.0-18-amd64", path: "/boot/initrd.img-6.1.0-18-amd64"))
    #expect(seen.notes.contains { $0.source == "initramfs" })
  }

  @Test func compressedAndForeignFiles() throws {
    var answer = AnswerFixture.milan
    let folder = "/lib/firmware/updates/amd"
    answer["files"] = """
      stat 644 root:root 1000 \(folder)/amd_sev_fam19h_model0xh.sbin.xz
      head \(folder)/amd_sev_fam19h_model0xh.sbin.xz
      \(Sample.dump(Sample.image(FirmwareVersion(1, 55, 36))))
      stat 777 root:root 12 \(folder)/sev.fw
      link \(folder)/sev.fw\tother.sbin
      stat 600 root:root 300 \(folder)/sev.fw
      head \(folder)/sev.fw
       00 01 02
      """
    let seen = try Self.observation(answer)
    #expect(seen.files.map(\.version) == [FirmwareVersion(1, 55, 36), nil])
    #expect(seen.files.last?.linkTarget == "other.sbin")
    #expect(seen.files.last?.mode == "600" && seen.files.last?.size == 300)
    #expect(seen.notes.contains { $0.source == "\(folder)/sev.fw" && $0.raw == "000102" })
  }

  @Test func divertedAndForeignOwners() throws {
    var answer = AnswerFixture.milan
    answer["owners"] = """
      /var/lib/dpkg/info/firmware-x:amd64.list:/usr\(AnswerFixture.path)
      """
    #expect(try Self.observation(answer).files.first?.package == "firmware-x")
    answer["owners"] = """
      /var/lib/dpkg/info/amd64-microcode.list:\(AnswerFixture.path)
      divert \(AnswerFixture.path)
      divert \(AnswerFixture.path).distrib
      divert :
      """
    #expect(try Self.observation(answer).files.first?.package == nil)
    answer["owners"] = "rpm linux-firmware \(AnswerFixture.path)"
    #expect(try Self.observation(answer).files.first?.package == "linux-firmware")
  }

  @Test func compressionOptions() throws {
    var answer = AnswerFixture.milan
    answer["loader-config"] = "CONFIG_FW_LOADER=y\nCONFIG_FW_LOADER_COMPRESS=y"
    #expect(try Self.observation(answer).search == FirmwareSearch(loadsXZ: true, loadsZstd: false))
    answer["loader-config"] = "CONFIG_FW_LOADER=y\n# CONFIG_FW_LOADER_COMPRESS is not set"
    #expect(try Self.observation(answer).search == FirmwareSearch(loadsXZ: false, loadsZstd: false))
    answer["loader-config"] = ""
    #expect(try Self.observation(answer).search == FirmwareSearch())
  }

  @Test func heldPackagesOfDNF() throws {
    var answer = AnswerFixture.milan
    answer["held"] = """
      locks /etc/dnf/plugins/versionlock.list
      # a comment
      linux-firmware-0:20240827-1.el9.*
      locks /etc/dnf/versionlock.toml
      version = "1.0"
      name = "kernel-core"
      """
    #expect(try Self.observation(answer).heldPackages == ["linux-firmware", "kernel-core"])
  }

  @Test func containers() throws {
    var answer = AnswerFixture.milan
    answer["units"] = AnswerFixture.answered("Id=nova-compute.service\nLoadState=not-found\nActiveState=inactive")
    answer["docker"] = AnswerFixture.answered("Error: No such object: nova_compute", status: 1)
    answer["podman"] = AnswerFixture.answered("false")
    #expect(try Self.observation(answer).computeUnit == .podman(container: "nova_compute"))
    answer["podman"] = nil
    #expect(try Self.observation(answer).computeUnit == nil)
  }

  /// systemd leaves no empty line between blocks in some versions; the active unit goes first.
  @Test func severalUnits() throws {
    var answer = AnswerFixture.milan
    answer["units"] = AnswerFixture.answered(
      "Id=a.service\nLoadState=loaded\nActiveState=inactive\nId=b.service\nLoadState=loaded\nActiveState=active")
    #expect(try Self.observation(answer).computeUnit == .systemd(unit: "b.service"))
  }
}

import FleetCore
import FleetFormats
import Glibc
import Testing

/// The script itself: its syntax, and what it finds on a host that is laid over this machine.
struct ProbeScriptTests {
  static let kernel = "6.1.0-18-amd64"

  @Test(.enabled(if: HostBed.isAvailable), arguments: ["/bin/dash", "/bin/bash"])
  func bothShellsReadIt(_ shell: String) throws {
    for become in SSHSettings.Become.allCases {
      let outcome = try HostBed.execute([shell, "-n", "-c", ProbeScript.text(become: become)])
      #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome.stderr)")
    }
  }

  /// A Milan host under Debian 12: real utilities and the real sudo, stand-ins for what would need the hardware.
  static func milan(image mode: UInt32 = 0o644) throws -> HostBed {
    let bed = try HostBed()
    try bed.put("etc/sudoers", "Defaults env_reset\n" + (try SudoRules.text(user: HostBed.login)), mode: 0o440)
    try bed.put("proc/cpuinfo", (AnswerFixture.milan["cpuinfo"] ?? "") + "flags\t: fpu\n\nprocessor\t: 1\n")
    try bed.put("proc/osrelease", "\(kernel)\n")
    for (name, value) in [("sev", "Y"), ("sev_es", "Y"), ("sev_snp", "Y")] {
      try bed.put("sys/module/kvm_amd/parameters/\(name)", "\(value)\n")
    }
    try bed.put("sys/module/kvm_amd/initstate", "live\n")
    try bed.put("sys/module/kvm_amd/refcnt", "0\n")
    try bed.put("sys/module/ccp/initstate", "live\n")
    try bed.put("sys/module/ccp/refcnt", "1\n")
    try bed.link("sys/module/ccp/holders/kvm_amd", to: "../../kvm_amd")
    try bed.put("sys/module/firmware_class/parameters/path", "\n")
    try furnishBoot(bed, image: mode_t(mode))
    try furnishFirmware(bed)
    try furnishTools(bed)
    return bed
  }

  private static func furnishBoot(_ bed: HostBed, image mode: mode_t) throws {
    for release in [kernel, "6.1.0-13-amd64"] { try bed.put("boot/vmlinuz-\(release)", "kernel") }
    try bed.put("boot/initrd.img-\(kernel)", "image", mode: mode)
    let options = ["FW_LOADER=y", "FW_LOADER_COMPRESS=y", "FW_LOADER_COMPRESS_XZ=y", "FW_LOADER_USER_HELPER=y"]
    try bed.put("boot/config-\(kernel)", options.map { "CONFIG_\($0)\n" }.joined())
    let menu = Sample.lines(ToolFixtures.grub)
    try bed.put("boot/grub/grub.cfg", menu.dropFirst(3).dropLast().joined(separator: "\n") + "\n", mode: 0o600)
    try bed.put("boot/grub/grubenv", "# GRUB Environment Block\nnext_entry=\n####")
  }

  private static func furnishFirmware(_ bed: HostBed) throws {
    let image = Sample.image(FirmwareVersion(1, 55, 31), spl: 25)
    try bed.put("lib/firmware/amd/amd_sev_fam19h_model0xh.sbin", image)
    try bed.link("lib/firmware/amd/sev.fw", to: "amd_sev_fam19h_model0xh.sbin")
    try bed.link("lib/firmware/amd/amd_sev_fam19h_model01h.sbin", to: "gone.sbin")
    try bed.put("lib/firmware/updates/\(kernel)/amd/secret.sbin", image, mode: 0o600)
    try bed.put("plain", Sample.image(FirmwareVersion(1, 55, 36), spl: 27))
    let packed = try HostBed.execute(["/usr/bin/xz", "-kc", bed.path + "/plain"])
    try bed.put("lib/firmware/updates/amd/amd_sev_fam19h_model0xh.sbin.xz", packed.stdout)
    try bed.put("var/lib/dpkg/info/amd64-microcode.list", "/.\n/\(AnswerFixture.path.dropFirst())\n")
    try bed.put("var/lib/dpkg/status", "Package: amd64-microcode\nStatus: hold ok installed\n\nPackage: sudo\n")
    try bed.put("var/lib/dpkg/lock-frontend", "")
  }

  private static func furnishTools(_ bed: HostBed) throws {
    func printing(_ text: String) -> String { "cat <<'END'\n\(text)\nEND" }
    let log =
      "[    0.000000] Linux version \(kernel)\n[    1.0] usb 1-1: noise\n" + KernelLogFixtures.mainlineUpdate
      + "\n" + KernelLogFixtures.milanSNP
    // Root only, as on a host with kernel.dmesg_restrict.
    try bed.tool("usr/bin/dmesg", "[ \"$(id -u)\" = 0 ] || exit 1\n" + printing(log))
    try bed.tool("usr/bin/ps", printing(ToolFixtures.processes + "\n   77 /usr/bin/vi"))
    try bed.tool(
      "usr/bin/apt-cache",
      "case \"$*\" in 'policy amd64-microcode' | '-o '*' policy amd64-microcode') \(printing(ToolFixtures.aptPolicy))\n;; "
        + "*) exit 100 ;; esac")
    try bed.tool("usr/bin/virsh", "echo")
    try bed.tool("usr/bin/docker", "[ \"$5\" = '' ] && [ \"$4\" = nova_compute ] && echo true")
    try bed.tool(
      "usr/local/bin/snphost",
      "case \"$*\" in 'show tcb') \(printing(ToolFixtures.tcb))\n;; 'show version') echo 1.55;; "
        + "'show guests') echo 0;; "
        + "ok) \(printing(ToolFixtures.checks))\nexit 1;; *) exit 2;; esac")
    try bed.tool("usr/local/sbin/sevctl", "[ \"$*\" = 'show version' ] && echo 1.55.31")
    let listing =
      "init\nusr/lib/modules/\(kernel)/kernel/drivers/crypto/ccp/ccp.ko\nusr/bin/sh\n"
      + "usr/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin"
    try bed.tool("usr/bin/lsinitramfs", printing(listing))
    try bed.tool(
      "usr/bin/unmkinitramfs",
      "mkdir -p \"$2/early\" \"$2/main/usr/lib/firmware/amd\" && ln -s usr/lib \"$2/main/lib\" && "
        + "cp /lib/firmware/amd/amd_sev_fam19h_model0xh.sbin \"$2/main/usr/lib/firmware/amd/\"")
  }

  /// Runs the script in the bed as the login does, as one argument of a shell, and parses what it prints.
  static func observe(
    _ bed: HostBed, become: SSHSettings.Become = .sudo, shell: String = "dash", edit: (String) -> String = { $0 }
  ) throws -> Observation {
    try bed.put("script", edit(ProbeScript.text(become: become)))
    try bed.put("work/.keep", "")
    try bed.put("var/lib/sevfleet/initramfs/.keep", "")
    chmod(bed.path + "/work", 0o777)
    let user = become == .sudo ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : ""
    let outcome = try bed.run(
      """
      mount --bind '\(bed.path)/proc/osrelease' /proc/sys/kernel/osrelease
      TMPDIR='\(bed.path)/work' \(user) /bin/\(shell) -c "$(cat '\(bed.path)/script')"
      ls '\(bed.path)/work' /var/lib/sevfleet/initramfs >&2
      """,
      replaced: ["etc/sudoers", "proc/cpuinfo", "sys/module", "boot", "lib/firmware", "var/lib"])
    let left = outcome.stderr.split(separator: "\n").filter { !$0.hasSuffix(":") }
    #expect(left.isEmpty, "left behind: \(outcome.stderr)")
    return try ProbeText.parse(
      outcome.stdout, host: HostID("bed"), at: Instant(milliseconds: 1), facts: Sample.facts
    ).get()
  }

  @Test(.enabled(if: HostBed.isAvailable), arguments: ["dash", "bash"])
  func everyFactOfAHost(_ shell: String) throws {
    let seen = try Self.observe(try Self.milan(), shell: shell)
    #expect(seen.kernel == Self.kernel)
    #expect(seen.bootID?.utf8.count == 36)
    #expect((seen.uptimeSeconds ?? 0) > 0)
    #expect(seen.cpu == CPUIdentity(family: 25, model: 1, stepping: 1))
    #expect(seen.microcode == "0xa0011d5")
    #expect(seen.modules.ccp == .module && seen.modules.kvmAMD == .module)
    #expect(seen.modules.reloadable)
    #expect(seen.parameters == SEVParameters(sev: true, sevES: true, sevSNP: true))
    #expect(seen.firmware.kernelLog?.floor?.version == FirmwareVersion(1, 51, 3))
    #expect(seen.firmware.kernelLog?.source == "dmesg")
    #expect(RunningFirmware.judge(seen.firmware) == .known(FirmwareVersion(1, 55, 31)))
    #expect(seen.tcb.platform?.snp == 28)
    #expect(seen.checks.count == 5)
    #expect(seen.virtualMachines.qemuProcesses == 6)
    #expect(seen.virtualMachines.libvirt == 0)
    #expect(seen.virtualMachines.snpGuests == 0)
    #expect(seen.virtualMachines.kvmReferences == 0)
    #expect(seen.packageManager == "apt-get (pid 812)")
    #expect(seen.heldPackages == ["amd64-microcode"])
    #expect(
      seen.pendingPackages == [
        PendingPackage(
          name: "amd64-microcode", installed: "3.20240820.1~deb12u1", candidate: "3.20250311.1~deb12u1")
      ])
    #expect(seen.search == FirmwareSearch(loadsXZ: true, loadsZstd: false))
    #expect(seen.computeUnit == .docker(container: "nova_compute"))
    #expect(seen.tools["sevctl"] == "/usr/local/sbin/sevctl")
    #expect(seen.sudoRefused.isEmpty, "\(seen.sudoRefused)")
  }

  @Test(.enabled(if: HostBed.isAvailable), arguments: ["dash", "bash"])
  func everyFirmwareFile(_ shell: String) throws {
    let seen = try Self.observe(try Self.milan(), shell: shell)
    let secret = "/lib/firmware/updates/\(Self.kernel)/amd/secret.sbin"
    let packed = "/lib/firmware/updates/amd/amd_sev_fam19h_model0xh.sbin.xz"
    let byPath = Dictionary(seen.files.map { ($0.path, $0) }) { first, _ in first }
    #expect(Set(byPath.keys) == [AnswerFixture.path, "/lib/firmware/amd/sev.fw", secret, packed])
    let plain = byPath[AnswerFixture.path]
    #expect(plain?.version == FirmwareVersion(1, 55, 31) && plain?.spl == 25 && plain?.size == 4096)
    #expect(plain?.package == "amd64-microcode")
    #expect(plain?.mode == "644")
    #expect(plain?.sha256?.utf8.count == 64)
    #expect(byPath["/lib/firmware/amd/sev.fw"]?.linkTarget == "amd_sev_fam19h_model0xh.sbin")
    #expect(byPath["/lib/firmware/amd/sev.fw"]?.size == 4096)
    #expect(byPath[packed]?.version == FirmwareVersion(1, 55, 36))
    // Root's alone: its hash comes through sudo, its header stays unread.
    #expect(byPath[secret]?.sha256 == plain?.sha256)
    #expect(byPath[secret]?.version == nil && byPath[secret]?.mode == "600")
  }

  @Test(
    .enabled(if: HostBed.isAvailable), arguments: [("dash", 0o644), ("bash", 0o644), ("dash", 0o600), ("bash", 0o600)])
  func initramfsOfTheNextKernel(_ shell: String, _ mode: Int) throws {
    let seen = try Self.observe(try Self.milan(image: UInt32(mode)), shell: shell)
    #expect(seen.nextBootKernel == Self.kernel)
    #expect(seen.initramfs?.path == "/boot/initrd.img-\(Self.kernel)")
    #expect(seen.initramfs?.containsCCP == true)
    let file = try #require(seen.initramfs?.files.first)
    #expect(seen.initramfs?.files.count == 1)
    #expect(file.path == "/usr/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin")
    #expect(file.version == FirmwareVersion(1, 55, 31))
    #expect(file.sha256 == seen.files.first { $0.path == AnswerFixture.path }?.sha256)
  }

  @Test(.enabled(if: HostBed.isAvailable)) func aChosenEntryIsFollowed() throws {
    let bed = try Self.milan()
    try bed.put("boot/grub/grubenv", "next_entry=1>1\n")
    try bed.put("boot/initrd.img-6.1.0-13-amd64", "image")
    let seen = try Self.observe(bed)
    #expect(seen.nextBootKernel == "6.1.0-13-amd64")
    #expect(seen.initramfs?.path == "/boot/initrd.img-6.1.0-13-amd64")
    #expect(seen.initramfs?.containsCCP == true)
  }

  @Test(.enabled(if: HostBed.isAvailable)) func dracutAndGrubby() throws {
    let bed = try Self.milan()
    try bed.tool("usr/sbin/grubby", "[ \"$(id -u)\" = 0 ] && echo /boot/vmlinuz-6.1.0-13-amd64")
    try bed.put("boot/initramfs-6.1.0-13-amd64.img", "image", mode: 0o600)
    try bed.put("usr/bin/lsinitramfs", "", mode: 0o644)
    try bed.tool(
      "usr/bin/lsinitrd",
      """
      if [ "$1" = -f ]; then [ "$2" = usr/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin ] || exit 1
      cat /lib/firmware/amd/amd_sev_fam19h_model0xh.sbin; exit; fi
      echo 'lrwxrwxrwx 1 root root 23 Jan  1  1970 init -> usr/lib/systemd/systemd'
      echo '-rw-r--r-- 1 root root 9 Jan  1  1970 usr/lib/modules/6.1.0-13-amd64/kernel/drivers/crypto/ccp/ccp.ko'
      echo '-rw-r--r-- 1 root root 9 Jan  1  1970 usr/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin'
      """)
    let seen = try Self.observe(bed)
    #expect(seen.nextBootKernel == "6.1.0-13-amd64")
    #expect(seen.initramfs?.containsCCP == true)
    #expect(seen.initramfs?.files.map(\.version) == [FirmwareVersion(1, 55, 31)])
  }

  @Test(.enabled(if: HostBed.isAvailable)) func withoutRulesEverythingIsRefused() throws {
    let bed = try Self.milan()
    try bed.put("etc/sudoers", "root ALL=(ALL) ALL\n", mode: 0o440)
    let seen = try Self.observe(bed)
    #expect(seen.sudoRefused.contains("/usr/bin/dmesg"))
    #expect(seen.sudoRefused.contains("/usr/local/bin/snphost show tcb"))
    #expect(seen.sudoRefused.contains { $0.hasPrefix("/usr/bin/ps ") })
    #expect(seen.virtualMachines.running == nil)
    #expect(seen.firmware.kernelLog == nil)
    #expect(seen.sudoRefused.contains { $0.hasSuffix("/secret.sbin") })
    #expect(seen.files.count == 4, "\(seen.files)")
  }

  /// Rules that ask for a password are a refusal too: `sudo -n` never gets one.
  @Test(.enabled(if: HostBed.isAvailable)) func aPasswordIsARefusal() throws {
    let bed = try Self.milan()
    let rules = try SudoRules.text(user: HostBed.login).replacing("NOPASSWD: SEVFLEET_LOOK", with: "SEVFLEET_LOOK")
    try bed.put("etc/sudoers", rules, mode: 0o440)
    #expect(try Self.observe(bed).sudoRefused.contains("/usr/bin/dmesg"))
  }

  /// A tool that hangs as root is left behind; the rest of the answer arrives.
  @Test(.enabled(if: HostBed.isAvailable)) func aHangingTool() throws {
    let bed = try Self.milan()
    try bed.tool("usr/bin/virsh", "exec sleep 4")
    let seen = try Self.observe(bed) { $0.replacing("ask \(ProbeScript.quickSeconds) ", with: "ask 1 ") }
    #expect(seen.virtualMachines.libvirt == nil)
    #expect(seen.virtualMachines.running == nil)
    #expect(seen.notes.contains { $0.source == "libvirt" })
    #expect(seen.heldPackages == ["amd64-microcode"])
  }

  /// A flood of output is cut at its bound, and what is cut is unknown or keeps its newest part.
  @Test(.enabled(if: HostBed.isAvailable)) func floods() throws {
    let bed = try Self.milan()
    try bed.tool("usr/local/bin/snphost", "yes 0 | head -c 9000000")
    try bed.tool(
      "usr/bin/dmesg",
      "echo '[    0.000000] Linux version x'; yes '[ 9.0] ccp 0: SEV noise' | head -c 9000000; echo; "
        + "echo '[ 9.1] ccp 0000:43:00.1: SEV API:1.55 build:36'")
    let seen = try Self.observe(bed)
    #expect(seen.virtualMachines.snpGuests == nil)
    #expect(seen.tcb.platform == nil)
    #expect(seen.firmware.kernelLog?.newestVersion == FirmwareVersion(1, 55, 36))
    #expect(seen.firmware.kernelLog?.reachesBoot == false)
  }

  @Test(.enabled(if: HostBed.isAvailable)) func asRootWithoutSudo() throws {
    let seen = try Self.observe(try Self.milan(image: 0o600), become: .none)
    #expect(seen.sudoRefused.isEmpty)
    #expect(seen.firmware.kernelLog?.newestVersion == FirmwareVersion(1, 55, 31))
    #expect(seen.virtualMachines.qemuProcesses == 6)
    #expect(seen.initramfs?.files.map(\.version) == [FirmwareVersion(1, 55, 31)])
  }
}

import FleetLab
import Foundation
import Testing

/// Hosts that are well.
@Suite(.enabled(if: labObstacle == nil)) struct LabHostTests {
  @Test func aHostLooksLikeDebianOnEPYC() async throws {
    try await Bed.with([.milan("sev-a01"), .turin("sev-a02")]) { bed in
      let facts = try await bed.ssh(
        "sev-a01",
        "id -un; hostname; uname -r; . /etc/os-release; echo $ID $VERSION_ID; ls -A $HOME; "
          + "cat /proc/sys/kernel/random/boot_id; cat /sys/class/dmi/id/bios_version; cat /sys/kernel/kexec_loaded")
      let truth = try await bed.truth("sev-a01")
      let expected = ["sevops", "sev-a01", "6.12.9+bpo-amd64", "debian 12", ".ssh", truth.bootID, "2.14.1", "0"]
      #expect(facts.lines == expected)
      let cpu = try await bed.ssh("sev-a02", "grep -m4 -E 'family|model|stepping' /proc/cpuinfo")
      #expect(cpu.output.contains("cpu family\t: 26\nmodel\t\t: 2\nmodel name\t: AMD EPYC 9755 128-Core Processor\n"))
      let other = try await bed.ssh("sev-a02", "cat /proc/sys/kernel/random/boot_id")
      #expect(other.lines != [truth.bootID])
    }
  }

  @Test func theKernelLogIsForRootAndSaysWhatSamplesSay() async throws {
    try await Bed.with([.milan("a"), .naples("n")]) { bed in
      let refused = try await bed.ssh("a", "dmesg")
      #expect(refused.code != 0 && refused.output.isEmpty)
      let log = try await bed.root("a", "dmesg | grep ccp")
      #expect(
        log == """
          [    4.496365] ccp 0000:43:00.1: sev enabled
          [    4.496377] ccp 0000:43:00.1: SEV firmware updated from 1.51.3 to 1.55.31
          [    4.496389] ccp 0000:43:00.1: SEV API:1.55 build:31
          [    4.496401] ccp 0000:43:00.1: SEV-SNP API:1.55 build:31

          """)
      let journal = try await bed.root("a", "journalctl -k -b -o short-monotonic --no-pager -g 'SEV API'")
      #expect(journal == "[    4.496389] a kernel: ccp 0000:43:00.1: SEV API:1.55 build:31\n")
      let old = try await bed.root("n", "dmesg")
      #expect(old.contains("ccp 0000:01:00.2: firmware: failed to load amd/amd_sev_fam17h_model01h.sbin (-2)"))
      #expect(old.contains("SEV API:0.17 build:11"))
    }
  }

  @Test func theToolsAgreeWithTheTruth() async throws {
    try await Bed.with([.milan("a"), .turin("t")]) { bed in
      let closed = try await bed.ssh("a", "snphost show tcb")
      #expect(closed.code != 0 && closed.output.isEmpty)
      let tcb = """
        TCB Version:
          Microcode:   219
          SNP:         25
          TEE:         0
          Boot Loader: 4
          FMC:         None
        """
      #expect(try await bed.root("a", "snphost show tcb") == "Reported TCB: \(tcb)\nPlatform TCB: \(tcb)\n")
      #expect(try await bed.root("a", "snphost show version; sevctl show version") == "1.55\n1.55.31\n")
      #expect(try await bed.root("t", "snphost show tcb").contains("FMC:         1"))
      #expect(try await bed.root("a", "snphost ok").contains("[ PASS ]       - SNP INIT"))
      let truth = try await bed.truth("t")
      #expect(truth.platformTCB == LabTCB(fmc: 1, bootloader: 1, tee: 0, snp: 3, microcode: 0x51))
    }
  }

  /// A host's root may do what it likes: the machine around it does not notice.
  @Test func aHostCannotReachTheMachineAroundIt() async throws {
    try await Bed.with([.milan("a")]) { bed in
      let bounds = try await bed.root("a", "grep CapBnd /proc/self/status")
      let mask = try #require(UInt64(bounds.split(separator: "\t")[1].trimmingCharacters(in: .newlines), radix: 16))
      // sys_module, sys_rawio, sys_admin, sys_boot, sys_time, mknod, syslog, net_admin
      for capability in [16, 17, 21, 22, 25, 27, 34, 12] { #expect(mask & (1 << UInt64(capability)) == 0) }
      let dangerous = "rmmod insmod modprobe kmod systemctl reboot poweroff halt shutdown kexec update-initramfs"
      for tool in dangerous.split(separator: " ") {
        let first = try await bed.root("a", "head -c 15 $(command -v \(tool))")
        #expect(first == "#!/usr/bin/perl", "\(tool)")
      }
      let attempts = "mount -t tmpfs none /mnt; umount /proc; mknod /tmp/d b 254 0; echo b > /proc/sysrq-trigger"
      _ = try await bed.ssh("a", "sudo -n sh -c '\(attempts)'")
      let outer = FileManager.default.currentDirectoryPath
      #expect(try await bed.ssh("a", "ls \(outer)").code != 0)
      let processes = try await bed.ssh("a", "ls -d /proc/[0-9]* | wc -l")
      #expect(try #require(Int(processes.lines[0])) < 20)
      #expect(try await bed.ssh("a", "test -b /tmp/d").code == 1)
      #expect(try await bed.ssh("a", "cat /proc/uptime").code == 0)
    }
  }

  @Test func dpkgAndAptWorkOnTheHostsOwnData() async throws {
    try await Bed.with([.milan("a")]) { bed in
      let owner = try await bed.ssh("a", "dpkg -S /lib/firmware/amd/amd_sev_fam19h_model0xh.sbin")
      #expect(owner.output == "amd64-microcode: /lib/firmware/amd/amd_sev_fam19h_model0xh.sbin\n")
      try await bed.root("a", "apt-mark hold amd64-microcode")
      #expect(try await bed.ssh("a", "apt-mark showhold").output == "amd64-microcode\n")
      try await bed.lab.set(.packageOverwrites(LabVersion(1, 55, 21), when: .boot), on: "a")
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").running == LabVersion(1, 55, 31), "a held package is not upgraded")
      try await bed.root("a", "apt-mark unhold amd64-microcode")
      let divert = "dpkg-divert --local --divert /lib/firmware/amd/old --no-rename"
      try await bed.root("a", "\(divert) --add /lib/firmware/amd/amd_sev_fam19h_model0xh.sbin")
      try await bed.lab.set(.packageOverwrites(LabVersion(1, 55, 21), when: .boot), on: "a")
      try await bed.lab.reset("a")
      let truth = try await bed.truth("a")
      #expect(truth.running == LabVersion(1, 55, 31), "a diverted file is not written")
      #expect(truth.count(.packageHeld) == 2 && truth.count(.diversionChanged) == 1)
    }
  }

  @Test func theSudoersOfTheLabsUserCount() async throws {
    let rules = "sevops ALL=(root) NOPASSWD: /usr/bin/dmesg\n"
    try await Bed.with([.milan("a")], change: { $0.sudoers = rules }) { (bed: Bed) async throws in
      #expect(try await bed.ssh("a", "sudo -n dmesg").code == 0)
      #expect(try await bed.ssh("a", "sudo -n id").code != 0)
      #expect(try await bed.truth("a").rootCommands == ["/usr/bin/dmesg"])
    }
  }

  @Test func aStoppedLabLeavesNothing() async throws {
    let roots = Roots()
    try await Bed.with([.milan("a"), .genoa("b")]) { bed in
      roots.folders = bed.lab.hosts.map(\.rootFolder)
      for folder in roots.folders { #expect(FileManager.default.fileExists(atPath: folder + "/boot")) }
      try await bed.lab.startGuest(
        host: "a", uuid: "u", name: "x", model: .sev, instanceName: "instance-00000001")
      try await bed.lab.setPaused(true, host: "a", uuid: "u")
      try await bed.root("a", "systemd-run --quiet -- sleep 3600")
    }
    // The folder of each host's first process: it is gone only when everything in the host is.
    for folder in roots.folders {
      #expect(!FileManager.default.fileExists(atPath: folder.replacing("/root", with: "")))
    }
  }

  /// What the kernel does to a killed process is what happens here: the last end of the lifeline is closed.
  @Test func aLabThatIsJustDroppedLeavesNothing() async throws {
    let key = "ssh-ed25519 AAAA nobody"
    var spec = LabHostSpec.milan("a")
    spec.address = "127.59.\(getpid() % 250).9"
    var lab: Lab? = try await Lab(LabConfiguration(hosts: [spec], authorizedKeys: key))
    let folder = try #require(lab?.hosts.first?.rootFolder)
    #expect(FileManager.default.fileExists(atPath: folder + "/boot"))
    lab = nil
    try await eventually("the host ends") { !FileManager.default.fileExists(atPath: folder + "/boot") }
  }

  private final class Roots { var folders: [String] = [] }
}

import FleetLab
import Foundation
import Testing

/// What loads when, by FACTS 1 and 2.
@Suite(.enabled(if: labObstacle == nil)) struct LabFirmwareTests {
  private static let usual = "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin"

  private func put(_ bed: Bed, _ path: String, _ version: LabVersion, spl: UInt8 = 28) async throws {
    try await bed.lab.host("a").put(path, LabImage.make(version: version, spl: spl, family: "fam19h_model0xh"))
  }

  private func reload(_ bed: Bed) async throws { try await bed.root("a", "modprobe -r kvm_amd && modprobe kvm_amd") }

  @Test func aReloadTakesANewerFileAndRefusesAnOlderOneSilently() async throws {
    try await Bed.with([.milan("a")]) { bed in
      try await put(bed, Self.usual, LabVersion(1, 55, 36))
      try await reload(bed)
      var truth = try await bed.truth("a")
      #expect(truth.running == LabVersion(1, 55, 36) && truth.spl == 28 && !truth.sevESUsable)
      #expect(truth.count(.firmwareUpdated) == 2 && truth.count(.moduleRemoved, "ccp") == 1)
      let before = try await bed.root("a", "dmesg | wc -l")
      try await put(bed, Self.usual, LabVersion(1, 55, 31), spl: 25)
      try await reload(bed)
      truth = try await bed.truth("a")
      #expect(truth.running == LabVersion(1, 55, 36))
      let new = try await bed.root("a", "dmesg | tail -n +\(1 + (Int(before.trimmingCharacters(in: .newlines)) ?? 0))")
      #expect(!new.contains("firmware updated") && !new.lowercased().contains("fail"))
      #expect(new.contains("SEV API:1.55 build:36"))
    }
  }

  @Test func aResetStartsFromTheBIOSCopy() async throws {
    try await Bed.with([.milan("a")]) { bed in
      try await put(bed, Self.usual, LabVersion(1, 55, 21), spl: 22)
      let before = try await bed.truth("a")
      try await bed.root("a", "systemctl reboot")
      try await eventually("the host is back") {
        let truth = try await bed.truth("a")
        if let problem = truth.problem { Issue.record("\(problem)") }
        return truth.bootCount == 2 && truth.up || truth.problem != nil
      }
      var truth = try await bed.truth("a")
      #expect(truth.bootID != before.bootID && truth.running == LabVersion(1, 55, 21))
      #expect(truth.count(.reset) == 1)
      let log = try await bed.root("a", "journalctl -k -b --no-pager | grep updated")
      #expect(log.contains("SEV firmware updated from 1.51.3 to 1.55.21"))
      #expect(try await bed.root("a", "journalctl -k -b -1 --no-pager | grep updated").contains("to 1.55.31"))
      let uptime = try await bed.ssh("a", "cut -d. -f1 /proc/uptime")
      #expect(try #require(Int(uptime.lines[0])) < 3600)
      // Nothing to load: the BIOS copy. And no file brings a host below it.
      await (try bed.lab.host("a")).remove(Self.usual)
      try await bed.lab.reset("a")
      truth = try await bed.truth("a")
      #expect(truth.running == LabVersion(1, 51, 3) && truth.spl == 8)
      try await put(bed, Self.usual, LabVersion(1, 49, 5), spl: 1)
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").running == LabVersion(1, 51, 3))
    }
  }

  /// Places and names from the last to the first: each next one wins over all before it.
  @Test func theSearchOrderIsTheKernels() async throws {
    let kernel = LabKernel.backport.release
    let order = [
      "/lib/firmware/amd/sev.fw", Self.usual, "/lib/firmware/\(kernel)/amd/amd_sev_fam19h_model0xh.sbin",
      "/lib/firmware/updates/amd/amd_sev_fam19h_model0xh.sbin",
      "/lib/firmware/updates/\(kernel)/amd/amd_sev_fam19h_model0xh.sbin", "/opt/fw/amd/amd_sev_fam19h_model0xh.sbin",
      "/lib/firmware/amd/amd_sev_fam19h_model01h.sbin",
    ]
    let spec = LabHostSpec.milan("a").with {
      $0.files = []
      $0.firmwareClassPath = "/opt/fw"
    }
    try await Bed.with([spec]) { bed in
      for (index, path) in order.enumerated() {
        try await put(bed, path, LabVersion(1, 55, UInt8(10 + index)))
        try await bed.lab.reset("a")
        #expect(try await bed.truth("a").running == LabVersion(1, 55, UInt8(10 + index)), "\(path)")
      }
    }
  }

  @Test func onlyWhatTheKernelUnpacksLoads() async throws {
    let spec = LabHostSpec.milan("a").with {
      $0.files = []
      $0.kernels = [LabKernel("6.1.0-25-amd64", style: .debian12, compression: ["xz"])]
    }
    try await Bed.with([spec]) { bed in
      try await put(bed, "/tmp/image", LabVersion(1, 55, 30))
      try await bed.root("a", "zstd -q /tmp/image -o \(Self.usual).zst")
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").running == LabVersion(1, 51, 3), "an unsupported suffix is ignored")
      try await put(bed, "/tmp/image", LabVersion(1, 55, 30))
      try await bed.root("a", "xz -c /tmp/image > \(Self.usual).xz")
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").running == LabVersion(1, 55, 30))
      try await put(bed, Self.usual, LabVersion(1, 55, 29))
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").running == LabVersion(1, 55, 29), "a plain file beats a packed one")
    }
  }

  @Test func imagesForOtherProcessorsAreRefusedSilently() async throws {
    try await Bed.with([.milan("a")]) { bed in
      let genoa = LabImage.make(version: LabVersion(1, 55, 60), spl: 30, family: "fam19h_model1xh")
      try await bed.lab.host("a").put(Self.usual, genoa)
      try await reload(bed)
      #expect(try await bed.truth("a").running == LabVersion(1, 55, 31))
    }
  }

  @Test func ccpInTheInitramfsBootsWhatTheInitramfsHolds() async throws {
    let spec = LabHostSpec.milan("a").with { $0.ccpInInitramfs = true }
    try await Bed.with([spec]) { bed in
      try await put(bed, Self.usual, LabVersion(1, 55, 36))
      try await reload(bed)
      #expect(try await bed.truth("a").running == LabVersion(1, 55, 36), "a reload reads the real root")
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").running == LabVersion(1, 55, 31), "a boot reads the initramfs")
      let made = try await bed.root("a", "update-initramfs -u -k $(uname -r)")
      #expect(made == "update-initramfs: Generating /boot/initrd.img-6.12.9+bpo-amd64\n")
      let names = try await bed.root("a", "lsinitramfs /boot/initrd.img-$(uname -r)")
      #expect(names.contains("kernel/x86/microcode/AuthenticAMD.bin"))
      #expect(names.contains("kernel/drivers/crypto/ccp/ccp.ko"))
      let inside = "main/usr" + Self.usual
      let same = "unmkinitramfs /boot/initrd.img-$(uname -r) /tmp/x && cmp /tmp/x/\(inside) \(Self.usual)"
      try await bed.root("a", same + " && test -s /tmp/x/early/kernel/x86/microcode/AuthenticAMD.bin")
      try await bed.lab.reset("a")
      let truth = try await bed.truth("a")
      #expect(truth.running == LabVersion(1, 55, 36) && truth.count(.initramfsRebuilt) == 1)
    }
  }

  @Test func modulesAreRefusedAsKmodRefusesThem() async throws {
    try await Bed.with([.milan("a")]) { bed in
      let uuid = UUID().uuidString.lowercased()
      try await bed.lab.startGuest(host: "a", uuid: uuid, name: "x", model: .none, instanceName: "instance-00000001")
      #expect(try await bed.ssh("a", "cat /sys/module/kvm_amd/refcnt").output == "1\n")
      let busy = try await bed.ssh("a", "sudo -n rmmod kvm_amd")
      #expect(busy.code == 1 && busy.errors == "rmmod: ERROR: Module kvm_amd is in use\n")
      let used = try await bed.ssh("a", "sudo -n rmmod ccp")
      #expect(used.errors == "rmmod: ERROR: Module ccp is in use by: kvm_amd\n")
      #expect(try await bed.ssh("a", "ls /sys/module/ccp/holders").output == "kvm_amd\n")
      #expect(try await bed.ssh("a", "/usr/sbin/rmmod kvm_amd").code != 0)
      try await bed.lab.stopGuest(host: "a", uuid: uuid)
      try await bed.root("a", "modprobe -r kvm_amd")
      #expect(try await bed.truth("a").modules == [])
      #expect(try await bed.ssh("a", "ls /sys/module").output == "firmware_class\n")
      try await bed.root("a", "modprobe kvm_amd sev_es=0")
      #expect(try await bed.ssh("a", "cat /sys/module/kvm_amd/parameters/sev_es").output == "N\n")
      #expect(try await bed.truth("a").modules == ["kvm_amd", "kvm", "ccp"])
    }
  }

  @Test func kernelsLogInTheirOwnWays() async throws {
    let recent = LabHostSpec.milan("a").with { $0.kernels = [.recent] }.running(LabVersion(1, 55, 36), spl: 28)
    try await Bed.with([recent]) { bed in
      try await bed.root("a", "modprobe -r kvm_amd && modprobe ccp")
      let quiet = try await bed.root("a", "dmesg | tail -n 1")
      #expect(quiet.contains("sev enabled"), "the API line waits for kvm_amd")
      try await bed.root("a", "modprobe kvm_amd")
      let log = try await bed.root("a", "dmesg | tail -n 5")
      #expect(log.contains("SEV API:1.55 build:36") && log.contains("kvm_amd: SEV-ES unusable"))
      #expect(try await bed.ssh("a", "cat /sys/module/kvm_amd/parameters/sev_es").output == "Y\n")
    }
  }
}

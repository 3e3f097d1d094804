import FleetLab
import Foundation
import Testing

/// Boots: which kernel, which initramfs, and what shows that firmware started over.
@Suite(.enabled(if: labObstacle == nil)) struct LabBootTests {
  private static let performance = "/sys/firmware/acpi/fpdt/boot/bootloader_launch_ns"

  @Test func onlyAResetChangesTheFirmwaresOwnTimes() async throws {
    try await Bed.with([.milan("a")]) { bed in
      let first = try await bed.ssh("a", "cat \(Self.performance)").output
      let starter = "cat /proc/sys/kernel/bootloader_type"
      #expect(try await bed.ssh("a", starter).output == "114\n")
      try await bed.root("a", "kexec -l /boot/vmlinuz-$(uname -r) --reuse-cmdline")
      #expect(try await bed.ssh("a", "cat /sys/kernel/kexec_loaded").output == "1\n")
      let before = try await bed.truth("a")
      try await bed.root("a", "reboot")
      try await eventually("it is back") { try await bed.truth("a").bootCount == 2 }
      try await eventually("it answers") { try await bed.ssh("a", "true").code == 0 }
      #expect(try await bed.ssh("a", "cat \(Self.performance)").output == first)
      #expect(try await bed.ssh("a", starter).output == "208\n")
      let after = try await bed.truth("a")
      #expect(after.bootID != before.bootID && after.running == before.running && after.count(.firmwareUpdated) == 1)
      try await bed.lab.reset("a")
      #expect(try await bed.ssh("a", "cat \(Self.performance)").output != first)
      #expect(try await bed.truth("a").count(.firmwareUpdated) == 2)
    }
  }

  @Test func aSoftRebootIsNoReboot() async throws {
    try await Bed.with([.milan("a")]) { bed in
      let before = try await bed.truth("a")
      try await bed.root("a", "touch /run/witness; systemctl soft-reboot")
      try await eventually("it answers") { try await bed.ssh("a", "cat /run/witness").code == 0 }
      let after = try await bed.truth("a")
      #expect(after.bootID == before.bootID && after.bootCount == 1)
    }
  }

  @Test func grubsFilesDecideTheKernel() async throws {
    let spec = LabHostSpec.milan("a").with { $0.kernels = [.backport, .recent, .bookworm] }
    try await Bed.with([spec]) { bed in
      #expect(try await bed.truth("a").kernel == LabKernel.backport.release)
      let entry = "gnulinux-advanced-lab>gnulinux-\(LabKernel.bookworm.release)-advanced-lab"
      try await bed.root("a", "sed -i '1a next_entry=\(entry)' /boot/grub/grubenv")
      #expect(try await bed.truth("a").nextBootKernel == LabKernel.bookworm.release)
      try await bed.lab.reset("a")
      #expect(try await bed.ssh("a", "uname -r").output == "6.1.0-25-amd64\n")
      #expect(try await bed.truth("a").nextBootKernel == LabKernel.backport.release, "once means once")
      try await bed.root("a", "sed -i 's/set default=\"0\"/set default=\"1>1\"/' /boot/grub/grub.cfg")
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").kernel == LabKernel.recent.release)
    }
  }

  @Test func aHostWithABrokenInitramfsStaysDown() async throws {
    try await Bed.with([.milan("a")]) { bed in
      let image = "/boot/initrd.img-\(LabKernel.backport.release)"
      try await bed.root("a", "cp \(image) /boot/good; head -c 1000 /boot/good > \(image)")
      await #expect(throws: LabError.self) { try await bed.lab.reset("a") }
      #expect(try await bed.truth("a").up == false)
      #expect(try await bed.ssh("a", "true").code == 255)
      let good = try #require(await bed.lab.host("a").file("/boot/good"))
      try await bed.lab.host("a").put(image, good)
      try await bed.lab.host("a").powerOn()
      #expect(try await bed.ssh("a", "true").code == 0)
    }
  }

  /// What a host packs for itself boots as well as what the lab packed.
  @Test(arguments: ["gzip -c", "xz -c --check=crc32", "zstd -qc"]) func packedInitramfs(tool: String) async throws {
    try await Bed.with([.milan("a").with { $0.ccpInInitramfs = true }]) { bed in
      let image = "/boot/initrd.img-\(LabKernel.backport.release)"
      let pack = "cd /tmp/x/main && find . -type f | sed 's,^./,,' | cpio --quiet -o -H newc"
      try await bed.root("a", "unmkinitramfs \(image) /tmp/x && \(pack) | \(tool) > \(image)")
      try await bed.lab.reset("a")
      let truth = try await bed.truth("a")
      #expect(truth.running == LabVersion(1, 55, 31) && truth.up)
    }
  }

  @Test func dracutRebuildsToo() async throws {
    let spec = LabHostSpec.milan("a").with {
      $0.initramfsTool = .dracut
      $0.ccpInInitramfs = true
    }
    try await Bed.with([spec]) { bed in
      #expect(try await bed.ssh("a", "command -v update-initramfs").code != 0)
      let image = LabImage.make(version: LabVersion(1, 55, 33), spl: 26, family: "fam19h_model0xh")
      try await bed.lab.host("a").put("/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin", image)
      try await bed.root("a", "dracut -f /boot/initrd.img-$(uname -r) $(uname -r)")
      #expect(try await bed.root("a", "lsinitrd /boot/initrd.img-$(uname -r)").contains("model0xh.sbin"))
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").running == LabVersion(1, 55, 33))
    }
  }

  @Test func refusedSudoCommandsAndFullFoldersAreExact() async throws {
    try await Bed.with([.milan("a")]) { bed in
      try await bed.lab.set(.sudoRefused(command: "/usr/sbin/modprobe"), on: "a")
      #expect(try await bed.ssh("a", "sudo -n modprobe -n ccp").code == 1)
      #expect(try await bed.ssh("a", "sudo -n dmesg").code == 0)
      try await bed.root("a", "install -d -o sevops /var/lib/sevfleet && echo kept > /var/lib/sevfleet/file")
      try await bed.lab.set(.diskFull(folder: "/var/lib/sevfleet", left: 8192), on: "a")
      #expect(try await bed.ssh("a", "cat /var/lib/sevfleet/file").output == "kept\n")
      let write = "head -c 20000 /dev/zero > /var/lib/sevfleet/large"
      #expect(try await bed.ssh("a", write).errors.contains("No space left on device"))
      try await bed.lab.clear(.diskFull, on: "a")
      #expect(try await bed.ssh("a", write + " && cat /var/lib/sevfleet/file").output == "kept\n")
    }
  }

  /// Faults given with a host's description: files are there at once, events wait for a host that runs.
  @Test func faultsFromTheBeginning() async throws {
    let spec = LabHostSpec.milan("a").with {
      $0.faults = [
        .updatesFile(LabVersion(1, 55, 32)), .silentRefusal, .unknownVM, .kernelChangePending("6.13.1-amd64"),
      ]
    }
    try await Bed.with([spec, .naples("n")]) { bed in
      let truth = try await bed.truth("a")
      #expect(truth.running == LabVersion(1, 55, 32) && truth.guests.count == 1 && truth.faults.count == 4)
      #expect(truth.kernel == LabKernel.backport.release && truth.nextBootKernel == "6.13.1-amd64")
      #expect(try await bed.root("n", "dmesg | grep -c 'sev enabled'") == "4\n")
    }
  }

  @Test func aGuestAppearsWhenACommandRuns() async throws {
    try await Bed.with([.milan("a")]) { bed in
      try await bed.lab.set(.vmAppears(.command(containing: "update-initramfs"), .sev, known: false, times: 1), on: "a")
      #expect(try await bed.root("a", "virsh list --name") == "\n")
      try await bed.root("a", "update-initramfs -u")
      #expect(try await bed.truth("a").guests.map(\.model) == [.sev])
      try await bed.lab.set(.packageOverwrites(LabVersion(1, 55, 21), when: .after(seconds: 0)), on: "a")
      try await eventually("the package writes") { try await bed.truth("a").count(.fileOverwritten) == 1 }
    }
  }
}

import FleetLab
import Foundation
import Testing

/// What the values of a fault change about it.
@Suite(.enabled(if: labObstacle == nil)) struct LabFaultValuesTests {
  private static let usual = "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin"
  private static let image = "/boot/initrd.img-\(LabKernel.backport.release)"

  /// What was announced and is unloaded does not happen: the reset is a real one.
  @Test func anAnnouncedKexecCanBeUnloaded() async throws {
    try await Bed.with([.milan("a")]) { bed in
      try await bed.lab.set(.comesBackByKexec(announced: true), on: "a")
      #expect(try await bed.ssh("a", "cat /sys/kernel/kexec_loaded").output == "1\n")
      try await bed.root("a", "kexec -u")
      #expect(try await bed.ssh("a", "cat /sys/kernel/kexec_loaded").output == "0\n")
      try await bed.root("a", "reboot")
      try await eventually("it is back") { try await bed.truth("a").bootCount == 2 }
      let truth = try await bed.truth("a")
      #expect(truth.count(.kexec) == 0 && truth.count(.reset) == 1)
    }
  }

  @Test func anAnnouncedKexecHappensOnce() async throws {
    try await Bed.with([.milan("a")]) { bed in
      try await bed.lab.set(.comesBackByKexec(announced: true), on: "a")
      try await bed.root("a", "reboot")
      try await eventually("it is back") { try await bed.truth("a").bootCount == 2 }
      #expect(try await bed.truth("a").count(.kexec) == 1)
      try await eventually("nothing is loaded") {
        try await bed.ssh("a", "cat /sys/kernel/kexec_loaded").output == "0\n"
      }
    }
  }

  /// INIT that only fails with new versions is healed by an older one.
  @Test func initFailsOnlyAboveAVersion() async throws {
    try await Bed.with([.milan("a")]) { bed in
      try await bed.lab.set(.initFails(above: LabVersion(1, 55, 31)), on: "a")
      let newer = LabImage.make(version: LabVersion(1, 55, 36), spl: 27, family: "fam19h_model0xh")
      let older = try #require(await bed.lab.host("a").file(Self.usual))
      try await bed.lab.host("a").put(Self.usual, newer)
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").initialized == false)
      try await bed.lab.host("a").put(Self.usual, older)
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").initialized)
    }
  }

  @Test func anInitramfsWithoutFirmwareBootsTheBIOSCopy() async throws {
    try await Bed.with([.milan("a")]) { bed in
      try await bed.lab.set(.staleInitramfs(nil), on: "a")
      #expect(try await bed.ssh("a", "sudo -n lsinitramfs \(Self.image) | grep -c '/ccp.ko'").output == "1\n")
      #expect(try await bed.ssh("a", "sudo -n lsinitramfs \(Self.image) | grep -c sbin").output == "0\n")
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").running == LabVersion(1, 51, 3))
    }
  }

  /// `lsinitrd -f` gives a file's bytes as they are, and nothing for one that is not there.
  @Test func lsinitrdPrintsOneFile() async throws {
    let spec = LabHostSpec.milan("a").with {
      $0.initramfsTool = .dracut
      $0.ccpInInitramfs = true
    }
    try await Bed.with([spec]) { bed in
      let path = "usr" + Self.usual
      let inside = try await bed.root("a", "lsinitrd -f \(path) \(Self.image) | sha256sum")
      #expect(inside == (try await bed.root("a", "sha256sum < \(Self.usual)")))
      #expect(try await bed.root("a", "lsinitrd -f usr/lib/firmware/none \(Self.image) | wc -c") == "0\n")
    }
  }

  @Test func aRefusedCommandIsFoundByItsName() async throws {
    try await Bed.with([.milan("a")]) { bed in
      try await bed.lab.set(.sudoRefused(command: "modprobe"), on: "a")
      #expect(try await bed.ssh("a", "sudo -n modprobe -n ccp").code == 1)
      let other = try await bed.ssh("a", "sudo -n dmesg")
      #expect(other.code == 0 && other.errors.isEmpty, "\(other.errors)")
      await #expect(throws: LabError.self) { try await bed.lab.set(.sudoRefused(command: "nosuchtool"), on: "a") }
    }
  }

  @Test func aGuestAppearsEachTime() async throws {
    try await Bed.with([.milan("a")]) { bed in
      try await bed.lab.set(.vmAppears(.computeStopped, .none, known: true, times: 2), on: "a")
      for number in 1...3 {
        try await bed.root("a", "systemctl stop nova-compute && systemctl start nova-compute")
        let truth = try await bed.truth("a")
        #expect(truth.guests.count == min(number, 2))
        #expect(truth.faults.isEmpty == (number >= 2))
      }
    }
  }
}

import FleetLab
import Foundation
import Testing

/// Every fault shows, and goes away where it can be cleared.
@Suite(.enabled(if: labObstacle == nil)) struct LabFaultTests {
  private static let usual = "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin"

  @Test func everyKindHasASample() {
    #expect(Set(LabFault.allCases.map(\.kind)) == Set(LabFault.Kind.allCases))
    #expect(LabFault.allCases.count == LabFault.Kind.allCases.count)
  }

  @Test(arguments: LabFault.allCases) func faultsTravelAsJSON(fault: LabFault) throws {
    let data = try JSONEncoder().encode(fault)
    #expect(try JSONDecoder().decode(LabFault.self, from: data) == fault)
  }

  @Test(arguments: LabFault.allCases) func aFaultShowsAndCanBeCleared(fault: LabFault) async throws {
    try await Bed.with([.milan("a")]) { bed in
      let control = LabControlClient(path: bed.folder + "/control")
      try await control.send(.set(fault, host: "a"))
      try await show(fault, bed)
      try await control.send(.clear(fault.kind, host: "a"))
      #expect(try await control.truth(of: "a").faults.isEmpty)
      try await control.send(.powerOn(host: "a"))
      try bed.learnKeys()
      try await eventually("the host is well") { try await bed.ssh("a", "sudo -n sha256sum /etc/hostname").code == 0 }
    }
  }

  private func show(_ fault: LabFault, _ bed: Bed) async throws {
    switch fault {
    case .doesNotComeBack, .comesBackByKexec, .nologin, .bootLinesGone, .kernelChangePending, .packageOverwrites:
      try await showAtBoot(fault, bed)
    case .rmmodRefused, .ccpHeldBy, .ccpBuiltin, .silentRefusal, .initFails, .pspTimeouts:
      try await showInModules(fault, bed)
    case .staleInitramfs, .initramfsToolFails, .exactModelFile, .updatesFile, .diskFull, .readOnlyFirmware:
      try await showInFiles(fault, bed)
    case .packageManagerAtWork, .toolMissing, .toolShape, .sudoRefused, .vmAppears, .unknownVM:
      try await showInTools(fault, bed)
    case .slow, .dropConnection, .hostKeyChanged, .rsaOnly, .aeadOnly:
      try await showInConnections(fault, bed)
    }
  }

  private func showAtBoot(_ fault: LabFault, _ bed: Bed) async throws {
    let before = try await bed.truth("a")
    if case .comesBackByKexec = fault {
      try await bed.lab.host("a").put(Self.usual, LabImage.make(version: LabVersion(1, 55, 21), spl: 20))
      try await bed.root("a", "reboot")
      try await eventually("it is back") { try await bed.truth("a").bootCount == 2 }
      let truth = try await bed.truth("a")
      #expect(truth.bootID != before.bootID && truth.running == before.running && truth.count(.kexec) == 1)
      return
    }
    try await bed.lab.reset("a")
    let truth = try await bed.truth("a")
    switch fault.kind {
    case .doesNotComeBack:
      #expect(!truth.up)
      #expect(try await bed.ssh("a", "true").code == 255)
    case .nologin:
      let refused = try await bed.ssh("a", "true", options: ["-o", "LogLevel=INFO"])
      #expect(refused.code == 255 && refused.errors.contains("System is booting up"))
    case .bootLinesGone:
      #expect(try await bed.root("a", "dmesg | grep -c 'SEV API' || true") == "0\n")
      #expect(try await bed.root("a", "journalctl -k -b | grep -c 'SEV API'") == "1\n")
    case .kernelChangePending:
      #expect(before.nextBootKernel == "6.12.12+bpo-amd64" && before.kernel != truth.kernel)
      #expect(try await bed.ssh("a", "uname -r; ls /boot/initrd.img-$(uname -r)").lines.first == before.nextBootKernel)
    case .packageOverwrites:
      #expect(truth.running == LabVersion(1, 55, 21) && truth.count(.fileOverwritten) == 1)
    default: Issue.record("\(fault) does not belong here")
    }
  }

  private func showInModules(_ fault: LabFault, _ bed: Bed) async throws {
    let image = LabImage.make(version: LabVersion(1, 55, 36), spl: 28, family: "fam19h_model0xh")
    try await bed.lab.host("a").put(Self.usual, image)
    let removal = try await bed.ssh("a", "sudo -n rmmod kvm_amd && sudo -n rmmod ccp")
    let truth = try await bed.truth("a")
    if case .ccpBuiltin = fault {
      #expect(removal.errors == "rmmod: ERROR: Module ccp is builtin.\n")
      #expect(try await bed.ssh("a", "grep ccp /lib/modules/$(uname -r)/modules.builtin").code == 0)
      #expect(try await bed.ssh("a", "test -e /sys/module/ccp/initstate").code == 1)
      return
    }
    if case .rmmodRefused(let holder) = fault {
      #expect(removal.errors == "rmmod: ERROR: Module ccp is in use by: \(holder)\n")
      #expect(try await bed.ssh("a", "ls /sys/module/ccp/holders").output.isEmpty)
      return
    }
    if case .ccpHeldBy(let module) = fault {
      #expect(removal.errors == "rmmod: ERROR: Module ccp is in use by: \(module)\n")
      #expect(try await bed.ssh("a", "ls /sys/module/ccp/holders").output == "\(module)\n")
      return
    }
    #expect(truth.modules == ["kvm"])
    try await bed.root("a", "modprobe kvm_amd")
    let after = try await bed.truth("a")
    let health = try await bed.ssh("a", "sudo -n snphost show tcb; cat /sys/module/kvm_amd/parameters/sev")
    switch fault.kind {
    case .silentRefusal:
      #expect(after.running == LabVersion(1, 55, 31) && after.initialized)
      #expect(try await bed.root("a", "dmesg | tail -n 7").contains("SEV API:1.55 build:31"))
    case .initFails:
      #expect(after.running == LabVersion(1, 55, 36) && !after.initialized)
      #expect(health.output == "N\n" && health.errors.contains("ERROR"))
      #expect(try await bed.root("a", "dmesg | tail -n 6").contains("SEV: failed to INIT error 0x1, rc -5"))
    case .pspTimeouts:
      #expect(health.output == "N\n")
      #expect(try await bed.root("a", "dmesg | tail -n 6").contains("timed out"))
    default: Issue.record("\(fault) does not belong here")
    }
  }

  private func showInFiles(_ fault: LabFault, _ bed: Bed) async throws {
    let tool = try await bed.ssh("a", "sudo -n update-initramfs -u -k $(uname -r)")
    let write = try await bed.ssh("a", "sudo -n dd if=/dev/zero of=/lib/firmware/amd/new bs=16384 count=1")
    if case .staleInitramfs = fault {
      // The tool has repaired it: break it again, and boot.
      try await bed.lab.set(fault, on: "a")
    }
    try await bed.lab.reset("a")
    let truth = try await bed.truth("a")
    switch fault {
    case .staleInitramfs(let version):
      #expect(truth.running == version)
      try await bed.root("a", "update-initramfs -u")
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").running == LabVersion(1, 55, 31))
    case .initramfsToolFails:
      #expect(tool.code == 1 && tool.errors.contains("update-initramfs: failed"))
      #expect(truth.count(.initramfsRebuilt) == 0)
    case .exactModelFile(let version), .updatesFile(let version): #expect(truth.running == version)
    case .diskFull: #expect(write.errors.contains("No space left on device"))
    case .readOnlyFirmware: #expect(write.errors.contains("Read-only file system"))
    default: Issue.record("\(fault) does not belong here")
    }
  }

  private func showInTools(_ fault: LabFault, _ bed: Bed) async throws {
    switch fault {
    case .packageManagerAtWork:
      try await eventually("the lock is held") {
        try await bed.ssh("a", "sudo -n dpkg --configure -a").errors.contains("frontend lock was locked by another")
      }
      #expect(try await bed.ssh("a", "ps -e -o args= | grep '^apt-get'").code == 0)
    case .toolMissing(let tool): #expect(try await bed.ssh("a", "\(tool) /etc/hostname").code == 127)
    case .toolShape:
      #expect(
        try await bed.root("a", "snphost show tcb").hasPrefix("Reported TCB: \nTCB Version:\n  Microcode:   219\n"))
    case .sudoRefused:
      let refused = try await bed.ssh("a", "sudo -n id")
      #expect(refused.code == 1 && refused.output.isEmpty)
    case .vmAppears:
      #expect(try await bed.root("a", "virsh list --uuid").trimmingCharacters(in: .newlines).isEmpty)
      try await bed.root("a", "systemctl stop nova-compute")
      #expect(try await bed.root("a", "virsh -c qemu:///system list --uuid").count == 38)
      #expect(try await bed.ssh("a", "cat /sys/module/kvm_amd/refcnt").output == "1\n")
    case .unknownVM:
      #expect(
        try await bed.ssh("a", "ps -e -o args= | grep -c '^[/a-z]*qemu-system-x86_64 -name guest='").output == "1\n")
      #expect(try await bed.truth("a").guests.map(\.known) == [false])
    default: Issue.record("\(fault) does not belong here")
    }
  }

  private func showInConnections(_ fault: LabFault, _ bed: Bed) async throws {
    switch fault {
    case .slow(let milliseconds):
      // The connection and the one program that the lab answers start later, each by this much.
      let start = ContinuousClock.now
      #expect(try await bed.ssh("a", "sudo -n dmesg").code == 0)
      #expect(ContinuousClock.now - start >= .milliseconds(2 * milliseconds))
    case .dropConnection:
      #expect(try await bed.ssh("a", "touch one").code == 0)
      #expect(try await bed.ssh("a", "touch two").code == 255)
      #expect(try await bed.ssh("a", "ls").output == "one\n")
    case .hostKeyChanged:
      let refused = try await bed.ssh("a", "true")
      #expect(refused.code == 255 && refused.errors.contains("HOST IDENTIFICATION HAS CHANGED"))
    case .rsaOnly:
      #expect(try await bed.ssh("a", "true", options: ["-o", "HostKeyAlgorithms=ssh-ed25519"]).code == 255)
      try bed.learnKeys()
      #expect(try await bed.ssh("a", "true", options: ["-o", "HostKeyAlgorithms=rsa-sha2-512"]).code == 0)
    case .aeadOnly:
      #expect(try await bed.ssh("a", "true", options: ["-c", "aes256-ctr"]).code == 255)
      #expect(try await bed.ssh("a", "true", options: ["-c", "aes256-gcm@openssh.com"]).code == 0)
    default: Issue.record("\(fault) does not belong here")
    }
  }
}

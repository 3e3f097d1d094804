import FleetLab
import Foundation
import Synchronization
import Testing

/// Guests, services, detached commands, lost connections.
@Suite(.enabled(if: labObstacle == nil)) struct LabGuestTests {
  @Test func aGuestLooksLikeQEMU() async throws {
    try await Bed.with([.milan("a"), .milan("b")]) { bed in
      let uuid = UUID().uuidString.lowercased()
      try await bed.lab.startGuest(host: "a", uuid: uuid, name: "db", model: .sevES, instanceName: "instance-0000002a")
      try await bed.lab.startGuest(
        host: "a", uuid: UUID().uuidString, name: "web", model: .sevSNP, instanceName: "instance-0000002b")
      let arguments = try await bed.ssh(
        "a", "for p in /proc/[0-9]*; do grep -qs qemu $p/comm && tr '\\0' '|' < $p/cmdline && echo; done")
      let first = try #require(arguments.lines.first { $0.contains(uuid) })
      #expect(first.hasPrefix("/usr/bin/qemu-system-x86_64|-name|guest=instance-0000002a,debug-threads=on|-S|"))
      #expect(first.contains("|-object|sev-guest,id=lsec0,cbitpos=51,reduced-phys-bits=1,policy=0x5|"))
      #expect(arguments.lines.count == 2)
      #expect(try await bed.root("a", "snphost show guests") == "1\n")
      #expect(try await bed.root("a", "virsh list --name") == "instance-0000002a\ninstance-0000002b\n\n")
      #expect(try await bed.ssh("a", "virsh list --name").output == "\n", "a session of one's own is empty")
      #expect(try await bed.ssh("a", "virsh -c qemu:///system list").code == 1)
      #expect(try await bed.ssh("b", "cat /sys/module/kvm_amd/refcnt").output == "0\n")
      #expect(await bed.lab.isRunning(host: "a", uuid: uuid))
      try await bed.lab.setPaused(true, host: "a", uuid: uuid)
      #expect(try await bed.root("a", "virsh list --state-running --uuid").contains(uuid) == false)
      try await bed.lab.setPaused(false, host: "a", uuid: uuid)
      try await bed.lab.stopGuest(host: "a", uuid: uuid)
      try await eventually("the process is gone") { try await bed.ssh("a", "pgrep -c qemu").output == "1\n" }
    }
  }

  @Test func theComputeAPIsDriverMovesProcesses() async throws {
    try await Bed.with([.milan("a"), .milan("b")]) { bed in
      let driver = LabGuestDriver(bed.lab)
      let guest = LabGuest(id: "u1", name: "x", instanceName: "instance-00000001", model: .sevSNP)
      try await driver.start(guest, on: "a")
      try await driver.start(guest, on: "b")
      await driver.pause("u1", on: "a")
      await driver.stop("u1", on: "a")
      await driver.stop("u1", on: "nowhere")
      #expect(await bed.lab.isRunning(host: "a", uuid: "u1") == false)
      #expect(try await bed.truth("b").guests.map(\.model) == [.sevSNP])
      await #expect(throws: LabError.self) { try await driver.start(guest, on: "b") }
      await #expect(throws: LabError.self) { try await driver.start(guest, on: "nowhere") }
    }
  }

  @Test func filesTravelBySFTP() async throws {
    try await Bed.with([.milan("a")]) { bed in
      let bytes = LabImage.make(version: LabVersion(1, 55, 36), spl: 28, size: 97_280)
      try Data(bytes).write(to: URL(fileURLWithPath: bed.folder + "/image"))
      let host = bed.lab.hosts[0]
      let copied = try await Bed.run([
        "/usr/bin/scp", "-s", "-F", "none", "-P", "\(host.port)", "-i", bed.folder + "/id", "-o", "BatchMode=yes", "-o",
        "UserKnownHostsFile=\(bed.folder)/known_hosts", bed.folder + "/image", "sevops@\(host.address):image",
      ])
      #expect(copied.code == 0, "\(copied.errors)")
      #expect(await host.file("/home/sevops/image") == bytes)
    }
  }

  @Test func sevESIsRefusedByTheSecurityPatchLevelWhileSNPIsOn() async throws {
    let lost = LabHostSpec.milan("lost").running(LabVersion(1, 55, 36), spl: 27)
    let kept = LabHostSpec.milan("kept").running(LabVersion(1, 55, 36), spl: 27).with { $0.snpEnabled = false }
    let turin = LabHostSpec.turin("turin").running(LabVersion(1, 55, 65), spl: 4)
    try await Bed.with([lost, kept, turin]) { bed in
      for (host, usable) in [("lost", false), ("kept", true), ("turin", false)] {
        #expect(try await bed.truth(host).sevESUsable == usable)
        do {
          try await bed.lab.startGuest(
            host: host, uuid: "u", name: "x", model: .sevES, instanceName: "instance-00000001")
          #expect(usable, "\(host)")
        } catch let error as LabError {
          #expect(!usable && error.kind == .guestRefused && error.text.contains("fw_error=21 'Feature not supported'"))
        }
        try await bed.lab.startGuest(host: host, uuid: "v", name: "y", model: .sev, instanceName: "instance-00000002")
      }
      #expect(try await bed.ssh("lost", "cat /sys/module/kvm_amd/parameters/sev_es").output == "Y\n")
    }
  }

  @Test func aResetEndsGuestsAndTellsWhoListens() async throws {
    let heard = Heard()
    let change: (inout LabConfiguration) -> Void = { configuration in
      configuration.hooks.guestEnded = { host, uuid in heard.add("ended \(host) \(uuid)") }
      configuration.hooks.computeServiceChanged = { host, active in heard.add("compute \(host) \(active)") }
      configuration.hooks.hostChanged = { host, up in heard.add("host \(host) \(up)") }
    }
    try await Bed.with([.milan("a")], change: change) { (bed: Bed) async throws in
      try await bed.lab.startGuest(host: "a", uuid: "u1", name: "x", model: .none, instanceName: "instance-00000001")
      try await bed.root("a", "systemctl stop nova-compute.service")
      #expect(try await bed.ssh("a", "systemctl is-active nova-compute").output == "inactive\n")
      #expect(await bed.lab.isComputeServiceUp(host: "a") == false)
      #expect(try await bed.ssh("a", "systemctl start nova-compute").code != 0, "not without root")
      try await bed.root("a", "systemctl start nova-compute.service")
      let show = try await bed.ssh("a", "systemctl show -p ActiveState,SubState --value nova-compute.service")
      #expect(show.output == "active\nrunning\n")
      try await bed.lab.reset("a")
      #expect(try await bed.truth("a").guests.isEmpty)
      #expect(try await bed.ssh("a", "pgrep -c qemu").output == "0\n")
      #expect(
        heard.all == [
          "compute a false", "compute a true", "host a false", "ended a u1", "host a true", "compute a true",
        ])
    }
  }

  @Test func aDetachedCommandOutlivesItsConnection() async throws {
    try await Bed.with([.milan("a")]) { bed in
      let run = "systemd-run --quiet --collect --unit=job --setenv=WORD=seen --"
      try await bed.root("a", "\(run) sh -c 'while [ ! -e /tmp/go ]; do sleep 0.05; done; echo $WORD > /tmp/done'")
      #expect(try await bed.ssh("a", "systemctl is-active job.service").output == "active\n")
      #expect(try await bed.ssh("a", "sudo -n systemd-run --unit=job true").code == 1, "the unit exists")
      try await bed.root("a", "touch /tmp/go")
      try await eventually("it ends") { try await bed.ssh("a", "cat /tmp/done").output == "seen\n" }
      try await eventually("its unit is collected") {
        try await bed.ssh("a", "systemctl is-active job").output == "inactive\n"
      }
      try await bed.root("a", "systemd-run --quiet --unit=bad -- false")
      try await eventually("a failed unit stays") {
        try await bed.ssh("a", "systemctl is-active bad").output == "failed\n"
      }
      #expect(try await bed.truth("a").count(.commandDetached) == 2)
    }
  }

  @Test func connectionsBreakWhereToldAndOnlyOnce() async throws {
    try await Bed.with([.milan("a")]) { bed in
      try await bed.lab.set(.dropConnection(.beforeCommand(containing: "touch")), on: "a")
      #expect(try await bed.ssh("a", "echo fine").output == "fine\n")
      #expect(try await bed.ssh("a", "touch one").code == 255)
      try await bed.lab.set(.dropConnection(.afterCommand(containing: "touch")), on: "a")
      #expect(try await bed.ssh("a", "touch two").code == 255)
      #expect(try await bed.ssh("a", "touch three").code == 0)
      #expect(try await bed.ssh("a", "ls").lines == ["three", "two"])
      try await bed.lab.set(.dropConnection(.afterBytes(200_000)), on: "a")
      #expect(try await bed.ssh("a", "echo short").output == "short\n")
      let cut = try await bed.ssh("a", "head -c 1000000 /dev/zero")
      #expect(cut.code == 255 && cut.output.utf8.count < 200_000, "\(cut.code) \(cut.output.utf8.count) \(cut.errors)")
      try await bed.lab.clear(.dropConnection, on: "a")
      #expect(try await bed.ssh("a", "head -c 1000000 /dev/zero").output.utf8.count == 1_000_000)
    }
  }

  @Test func theControlSocketAnswersErrorsAsErrors() async throws {
    try await Bed.with([.milan("a")]) { bed in
      let control = LabControlClient(path: bed.folder + "/control")
      let list = try await control.hosts()
      #expect(list.map(\.name) == ["a"] && list[0].familyKey == "fam19h_model0xh" && list[0].up)
      await #expect(throws: LabError.self) { try await control.truth(of: "nobody") }
      try await control.send(.reset(host: "a"))
      #expect(try await control.truth(of: "a").bootCount == 2)
    }
    await #expect(throws: LabError.self) { try await LabControlClient(path: "/nonexistent").hosts() }
  }

  @Test func twoLabsCannotHaveTheSameAddress() async throws {
    try await Bed.with([.milan("a")]) { bed in
      var spec = LabHostSpec.milan("b")
      spec.address = bed.lab.hosts[0].address
      do {
        _ = try await Lab(LabConfiguration(hosts: [spec], authorizedKeys: "ssh-ed25519 AAAA nobody"))
        Issue.record("two listeners on one address")
      } catch let error as LabError {
        #expect(error.kind == .listen)
      }
    }
  }

  @Test func manyHostsStartAndAnswer() async throws {
    let hosts = (0..<40).map { index in
      index % 2 == 0 ? LabHostSpec.milan("m\(index)") : LabHostSpec.genoa("g\(index)")
    }
    try await Bed.with(hosts) { (bed: Bed) async throws in
      for name in ["m0", "g1", "m38", "g39"] {
        let said = try await bed.ssh(name, "hostname").output
        #expect(said == name + "\n")
      }
      #expect(Set(bed.lab.hosts.map(\.address)).count == 40)
    }
  }

  private final class Heard: Sendable {
    private let list = Mutex<[String]>([])
    func add(_ text: String) { list.withLock { $0.append(text) } }
    var all: [String] { list.withLock { $0 } }
  }
}

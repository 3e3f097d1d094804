import FleetCore
import FleetFormats
import Testing

struct ProbeTextMachinesTests {
  private func observation(_ answer: AnswerFixture) throws -> Observation { try ProbeTextTests.observation(answer) }

  @Test func guestsAndTheirModels() throws {
    let machines = try observation(.milan).virtualMachines
    #expect(machines.guests.map(\.pid) == [2001, 2002, 2003, 2004, 2005, 2006])
    #expect(machines.guests.map(\.model) == [.sev, .sevES, .sevSNP, .none, .unknown, .none])
    #expect(machines.guests[0].uuid == "8c1d7e5a-0b5f-4a6e-9a51-7a1c1f0f0001")
    #expect(
      machines.guests.map(\.name) == [
        "instance-0000000a", "instance-0000000b", "instance-0000000c", "instance-0000000d", "odd", nil,
      ])
    #expect(machines.qemuProcesses == 6)
    #expect(machines.kvmReferences == 2)
    #expect(machines.libvirt == 2)
    #expect(machines.libvirtInstalled)
    #expect(machines.snpGuests == 1)
    #expect(machines.running == 6)
  }

  @Test func anEmptyHost() throws {
    var answer = AnswerFixture.milan
    answer["processes"] = AnswerFixture.answered("      1 /sbin/init")
    answer["libvirt"] = AnswerFixture.answered("")
    answer["snphost.guests"] = AnswerFixture.answered("0")
    answer["locks"] = "file fe00 388779 /var/lib/dpkg/lock-frontend\n1: POSIX  ADVISORY  WRITE 900 fe:00:1 0 EOF"
    answer["values"] = (answer["values"] ?? "").replacing("kvm_amd.refcnt=2", with: "kvm_amd.refcnt=0")
    let seen = try observation(answer)
    #expect(seen.virtualMachines.notEmpty == nil)
    #expect(seen.packageManager == nil)
  }

  /// kvm_amd that is built in counts nothing that could be read: then libvirt must speak. One that is absent serves none.
  @Test func kvmThatDoesNotTell() throws {
    for (isBuiltin, libvirt, isEmpty) in [(true, false, false), (true, true, true), (false, false, true)] {
      var answer = AnswerFixture.milan
      answer["processes"] = AnswerFixture.answered("      1 /sbin/init")
      answer["libvirt"] = libvirt ? AnswerFixture.answered("") : nil
      answer["snphost.guests"] = nil
      if !libvirt { answer["tools"] = "sevctl=/usr/bin/sevctl" }
      let values = (answer["values"] ?? "").split(separator: "\n").filter { !$0.hasPrefix("kvm_amd.") }
      answer["values"] = (values + ["kvm_amd.present=\(isBuiltin ? 1 : 0)"]).joined(separator: "\n")
      let seen = try observation(answer)
      #expect(seen.modules.kvmAMD == (isBuiltin ? .builtin : .absent))
      #expect(seen.virtualMachines.kvmReferences == (isBuiltin ? nil : 0))
      #expect((seen.virtualMachines.notEmpty == nil) == isEmpty, "built in \(isBuiltin), libvirt \(libvirt)")
    }
  }

  /// Unknown is not empty: each witness that fails leaves the host unproved (RULES E).
  @Test func missingWitnesses() throws {
    for (section, body) in [
      ("processes", AnswerFixture.refused("/usr/bin/ps -eww")), ("processes", AnswerFixture.answered("", status: 1)),
      ("processes", "      1 /sbin/init\n"), ("processes", AnswerFixture.answered("")),
      ("libvirt", AnswerFixture.answered("error: failed to connect to the hypervisor", status: 1)),
      ("libvirt", AnswerFixture.answered("nonsense")),
    ] {
      var answer = AnswerFixture.milan
      answer[section] = body
      let seen = try observation(answer)
      #expect(seen.virtualMachines.running == nil, "\(section): \(body)")
      #expect(seen.virtualMachines.notEmpty != nil)
      #expect(seen.notes.contains { $0.source == section }, "\(section): \(body)")
    }
  }

  @Test func withoutRootAnEmptyListProvesNothing() throws {
    var answer = AnswerFixture.milan
    answer["values"] = (answer["values"] ?? "").replacing("become=sudo", with: "become=none")
    answer["processes"] = AnswerFixture.answered("      1 /sbin/init")
    #expect(try observation(answer).virtualMachines.qemuProcesses == nil)
    answer["values"] = (answer["values"] ?? "").replacing("uid=1001", with: "uid=0")
    #expect(try observation(answer).virtualMachines.qemuProcesses == 0)
  }

  @Test func aListThatWasCutIsUnknown() throws {
    var answer = AnswerFixture.milan
    let line = "   2001 /usr/bin/qemu-system-x86_64 " + String(repeating: "x", count: 4000)
    answer["processes"] = AnswerFixture.answered(
      "      1 /sbin/init\n" + Array(repeating: line, count: 300).joined(separator: "\n"))
    #expect(try observation(answer).virtualMachines.qemuProcesses == nil)
  }

  @Test func packageManagersByName() throws {
    for (line, expected) in [
      ("812 /usr/bin/python3 /usr/bin/unattended-upgrade", "unattended-upgrade (pid 812)"),
      ("812 /usr/bin/dpkg --configure -a", "dpkg (pid 812)"), ("812 /usr/bin/dnf5 upgrade", "dnf5 (pid 812)"),
      ("812 rpm -Uvh x.rpm", "rpm (pid 812)"), ("812 rpm -qa", nil),
      ("812 /usr/bin/python3 /usr/share/unattended-upgrades/unattended-upgrade-shutdown", nil),
      ("812 vi /etc/apt/sources.list", nil), ("812 sh /usr/lib/apt/apt.systemd.daily update", nil),
    ] {
      var answer = AnswerFixture.milan
      answer["processes"] = AnswerFixture.answered("      1 /sbin/init\n    \(line)")
      answer["locks"] = ""
      #expect(try observation(answer).packageManager == expected, "\(line)")
    }
  }

  @Test func lockWithoutAName() throws {
    var answer = AnswerFixture.milan
    answer["processes"] = AnswerFixture.answered("      1 /sbin/init")
    #expect(
      try observation(answer).packageManager == "holder of /var/lib/dpkg/lock-frontend (pid 812)")
    // The same inode on another device is another file.
    answer["locks"] = "file fe00 388779 /var/lib/dpkg/lock\n1: POSIX  ADVISORY  WRITE 812 fe:01:388779 0 EOF"
    #expect(try observation(answer).packageManager == nil)
  }
}

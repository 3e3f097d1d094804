import FleetLab
import Foundation
import Testing

/// What a row of the fault table does to its world before the command it is about.
enum Arrange {
  /// Runs an earlier command that must end so.
  static func run(_ scenario: Scenario, _ arguments: [String], ends status: Int32, json: Bool = true) async throws {
    let ended = try await scenario.sevfleet(arguments + (json ? ["--json", "--yes"] : []))
    #expect(ended.status == status, "\(arguments): \(ended.stderr)")
  }

  /// A run that quarantines the host; what caused it is gone afterwards.
  static func quarantine(_ scenario: Scenario) async throws {
    try await scenario.world.lab.set(.silentRefusal, on: "h1")
    try await run(scenario, ["apply", "h1"], ends: 3)
    try await scenario.world.lab.clear(.silentRefusal, on: "h1")
  }

  /// A person starts the host anew, for nova-compute is stopped on a quarantined one, and gives it back.
  static func release(_ scenario: Scenario) async throws {
    try await scenario.world.lab.reset("h1")
    while await scenario.service("h1")?.isUp == false { try await Task.sleep(for: .milliseconds(50)) }
    try await run(scenario, ["host", "release", "h1", "--reason", "looked at"], ends: 0, json: false)
  }

  static func log(_ line: String, _ scenario: Scenario) async throws {
    try await scenario.world.lab.host("h1").logLine(line)
  }

  /// Nobody knows any more what the boot said.
  static func forgetBoot(_ scenario: Scenario) async throws {
    try await scenario.world.lab.set(.bootLinesGone(journalToo: true), on: "h1")
    try await scenario.world.lab.clear(.bootLinesGone, on: "h1")
  }

  static func switchOff(_ scenario: Scenario) async throws {
    try await scenario.world.lab.set(.doesNotComeBack, on: "h1")
    try await scenario.world.lab.reset("h1")
    let probe = try await scenario.sevfleet("probe", "h1")
    #expect(probe.status == 4, "\(probe.stderr)")
  }

  /// As right after a boot, for longer than anybody waits.
  static func refuseLogins(_ scenario: Scenario) async throws {
    try await scenario.world.lab.set(.nologin(seconds: 600), on: "h1")
    try await scenario.world.lab.reset("h1")
  }

  /// The key is another one when the host comes back from its next reset.
  static func changeKeyWhenDown(_ scenario: Scenario) async throws {
    let lab = scenario.world.lab
    Task {
      while try await lab.truth(of: "h1").up { try await Task.sleep(for: .milliseconds(5)) }
      // What runs on a host that goes down is ended with it, the tool that makes the key as well: once more then.
      while (try? await lab.set(.hostKeyChanged, on: "h1")) == nil { try await Task.sleep(for: .milliseconds(20)) }
    }
  }

  static func killCompute(_ scenario: Scenario) async throws {
    await scenario.world.compute?.killCompute("h1")
    while await scenario.service("h1")?.isUp == true { try await Task.sleep(for: .milliseconds(50)) }
  }

  static func switchOffSEVES(_ scenario: Scenario) async throws {
    let host = try scenario.world.lab.host("h1")
    try await host.put("/etc/modprobe.d/kvm-amd.conf", Array("options kvm_amd sev=1 sev_es=0\n".utf8))
    try await scenario.world.lab.reset("h1")
  }

  /// An image in packed form, with which the host has booted where its kernel takes it.
  static func pack(_ scenario: Scenario, _ image: LabImage, at path: String, _ suffix: String) async throws {
    let plain = URL(fileURLWithPath: "\(scenario.folder)/image")
    try Data(image.bytes).write(to: plain)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: suffix == ".xz" ? "/usr/bin/xz" : "/usr/bin/zstd")
    process.arguments = ["-q", "-f", "-k"] + (suffix == ".xz" ? ["--check=crc32"] : []) + [plain.path]
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let packed = try Data(contentsOf: URL(fileURLWithPath: plain.path + suffix))
    try await scenario.world.lab.host("h1").put(path + suffix, [UInt8](packed))
    try await scenario.world.lab.reset("h1")
  }
}

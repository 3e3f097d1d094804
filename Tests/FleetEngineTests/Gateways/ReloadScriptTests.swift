import FleetCore
import FleetEngine
import Foundation
import Testing

/// The script that reloads the modules, run by a real shell with stand-ins for everything that touches the machine.
@Suite("RULES A1: the detached reload") struct ReloadScriptTests {
  /// A folder with stand-ins for `modprobe` and `dmesg` and a `/sys/module` of its own.
  private final class Bench {
    let folder = NSTemporaryDirectory() + "sevfleet-reload-\(UUID().uuidString)"
    private let script: String

    init(modprobe: String = "exit 0", dmesg: String) throws {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let text = SSHHostGateway.reloadScript(become: .none, folder: folder, token: "t", parameters: ["sev=1"])
        .replacingOccurrences(of: "/usr/sbin/modprobe", with: folder + "/modprobe")
        .replacingOccurrences(of: "/usr/bin/dmesg", with: folder + "/dmesg")
        .replacingOccurrences(of: "/sys/module", with: folder + "/module")
      script = text
      for module in ["ccp", "kvm_amd"] {
        let path = "\(folder)/module/\(module)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      }
      try stand("modprobe", "echo \"$*\" >> \(folder)/calls\n\(modprobe)")
      try stand("dmesg", dmesg)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func stand(_ name: String, _ body: String) throws {
      try "#!/bin/sh\n\(body)\n".write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
    }

    func start() throws -> Process {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", script]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      return process
    }

    func run() throws -> ReloadResult? {
      try start().waitUntilExit()
      return result
    }

    var result: ReloadResult? {
      (try? String(contentsOfFile: "\(folder)/reload-t.result", encoding: .utf8)).flatMap { ReloadResult($0) }
    }

    var calls: [String] {
      let text = (try? String(contentsOfFile: "\(folder)/calls", encoding: .utf8)) ?? ""
      return text.split(separator: "\n").map(String.init)
    }
  }

  private static let log = """
    echo '[    4.496365] ccp 0000:43:00.1: sev enabled'
    echo '[  812.402917] [   T99] kvm_amd: SEV enabled'
    echo 'a line without a time'
    """

  @Test("the mark of a reload is the newest time of the log itself") func mark() throws {
    let bench = try Bench(dmesg: Self.log)
    let result = try bench.run()
    #expect(result?.succeeded == true && result?.modulesPresent == true)
    #expect(result?.loadedAt == 812.402917)
    #expect(bench.calls == ["-r kvm_amd", "-r ccp", "ccp", "kvm_amd sev=1"])
  }

  @Test("an empty ring marks its beginning; one that cannot be read marks nothing") func marks() throws {
    #expect(try Bench(dmesg: "exit 0").run()?.loadedAt == 0)
    let refused = try Bench(dmesg: "exit 1").run()
    #expect(refused?.succeeded == true)
    #expect(refused?.loadedAt == nil)
  }

  @Test("started by many at once, it runs once") func once() throws {
    let bench = try Bench(dmesg: Self.log)
    let started = try (0..<8).map { _ in try bench.start() }
    for process in started { process.waitUntilExit() }
    #expect(bench.calls.count == 4, "\(bench.calls)")
    #expect(try bench.run()?.succeeded == true)
    #expect(bench.calls.count == 4, "nor again later")
  }

  @Test("what is refused is named, and the modules are put back") func refused() throws {
    let bench = try Bench(
      modprobe: "[ \"$1\" = -r ] && { echo 'Module kvm_amd is in use' >&2; exit 1; }; exit 0", dmesg: Self.log)
    let result = try bench.run()
    #expect(result?.succeeded == false)
    #expect(result?.failedStep == "modprobe -r kvm_amd")
    #expect(result?.output == "Module kvm_amd is in use")
    #expect(bench.calls == ["-r kvm_amd", "ccp", "kvm_amd sev=1"])
  }
}

import FleetCore
import FleetEngine
import FleetFormats
import Foundation
import Testing

/// The script that looks for a nova.conf, run by a real shell.
@Suite("A nova.conf is filtered where it lies") struct NovaConfScriptTests {
  private static func look(
    _ places: [NovaConfPlace], become: SSHSettings.Become = .none, path: String? = nil
  ) throws -> (reading: CloudReading<NovaConf>, stdout: String) {
    let script = NovaConfScript(become: become, places: places)
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script.text]
    if let path { process.environment = ["PATH": path] }
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (script.reading(exitStatus: process.terminationStatus, stdout: said), said)
  }

  /// A folder with files in it while `body` runs.
  private static func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "sevfleet-conf-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
    try body(folder)
  }

  @Test func theFirstThatIsThereCounts() throws {
    let files = [
      "b": "[libvirt]\nvirt_type = qemu\nrbd_secret_uuid = hunter2\n", "c": "[libvirt]\nvirt_type = kvm\n",
    ]
    try Self.withFolder(files) { folder in
      let places = ["a", "b", "c"].map { NovaConfPlace.host("\(folder)/\($0)") }
      let (reading, stdout) = try Self.look(places)
      #expect(reading == .read(NovaConf(path: "\(folder)/b", virtType: "qemu")))
      #expect(!stdout.contains("hunter2"))
    }
  }

  @Test func aFileWithoutAWordIsRead() throws {
    try Self.withFolder(["a": "password = hunter2\n"]) { folder in
      let (reading, stdout) = try Self.look([.host("\(folder)/a")])
      #expect(reading == .read(NovaConf(path: "\(folder)/a")))
      #expect(!stdout.contains("hunter2"))
    }
  }

  @Test func nowhereIsNotClean() throws {
    try Self.withFolder([:]) { folder in
      // A folder in its place is no file either.
      for path in ["\(folder)/a", folder] {
        let (reading, _) = try Self.look([.host(path), .container(path)])
        guard case .unread(let why) = reading else {
          Issue.record("\(path) was read")
          continue
        }
        #expect(why.contains(path) && why.contains("container:"))
      }
    }
  }

  /// Through the root of the process, as into a container.
  @Test func whatNovaComputeSees() throws {
    try Self.withFolder(["a": "[DEFAULT]\nram_allocation_ratio = 1.0\n"]) { folder in
      let compute = Process()
      compute.executableURL = URL(fileURLWithPath: "/bin/bash")
      compute.arguments = ["-c", "exec -a /usr/bin/nova-compute sleep 600"]
      try compute.run()
      // Not asked to end: a signal may be blocked in whatever thread made it.
      defer { kill(compute.processIdentifier, SIGKILL) }
      let place = NovaConfPlace.container("\(folder)/a")
      let seen = NovaConf(path: "\(folder)/a", isInContainer: true, ramAllocationRatio: "1.0")
      // Until bash has become it, it is not to be seen; another one of this machine would do as well.
      var reading = CloudReading<NovaConf>.unread("")
      while reading.value == nil, compute.isRunning { reading = try Self.look([place]).reading }
      #expect(reading == .read(seen))
    }
  }

  /// sudo that refuses ends as grep does where no line matches; it must not pass for an empty file.
  @Test func aRefusalIsNoEmptyFile() throws {
    try Self.withFolder(["sudo": "#!/bin/sh\nexit 1\n"]) { folder in
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/sudo")
      let (reading, _) = try Self.look([.host("/etc/hostname")], become: .sudo, path: "\(folder):/usr/bin:/bin")
      #expect(reading == .unread("sudo refuses to filter it"))
    }
  }

  @Test(arguments: [(0, ""), (0, "sevfleet-place 7\n"), (0, "sevfleet-place x\n"), (126, ""), (255, "")])
  func whatIsNoAnswerIsUnread(status: Int32, stdout: String) {
    let script = NovaConfScript(become: .none, places: [.host("/a")])
    #expect(script.reading(exitStatus: status, stdout: stdout).value == nil)
  }
}

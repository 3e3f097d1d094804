import FleetCore
import FleetEngine
import Foundation
import Testing

/// The script that rebuilds an initramfs, run by a real shell with a stand-in for the tool.
@Suite("One tool at a time writes an initramfs") struct InitramfsScriptTests {
  /// Its tool says that it began, and ends when it is let go; one that finds another at work says so, and ends.
  private final class Bench {
    let folder = NSTemporaryDirectory() + "sevfleet-initramfs-\(UUID().uuidString)"
    private let gate: Int32
    private let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)

    init() throws {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let path = folder + "/gate"
      try #require(mkfifo(path, 0o600) == 0)
      // Open for both, so that neither side waits for the other to open it.
      gate = open(path, O_RDWR | O_CLOEXEC)
      try #require(gate >= 0)
      let tool = """
        #!/bin/sh
        if mkdir \(folder)/busy; then
          echo "$*" >> \(folder)/calls
          read -r line < \(path)
          rmdir \(folder)/busy
        else
          echo overlap >> \(folder)/calls
        fi
        """
      try tool.write(toFile: folder + "/tool", atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/tool")
    }

    deinit {
      close(gate)
      close(nowhere)
      try? FileManager.default.removeItem(atPath: folder)
    }

    func start(waiting deadline: Duration) throws -> SpawnedProgram {
      let script = InitramfsRebuild(kernel: "6.8.0", tool: "update-initramfs", image: nil)
        .script(become: .none, home: folder, deadline: deadline)
        .replacingOccurrences(of: "/usr/sbin/update-initramfs", with: folder + "/tool")
        .replacingOccurrences(of: "/usr/bin/sync", with: "/bin/true")
      return try SpawnedProgram(
        ["/bin/sh", "-c", script], environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], output: nowhere)
    }

    func letOneGo() { #expect(write(gate, "\n", 1) == 1) }

    var calls: [String] {
      let text = (try? String(contentsOfFile: folder + "/calls", encoding: .utf8)) ?? ""
      return text.split(separator: "\n").map(String.init)
    }
  }

  private static func end(of script: SpawnedProgram) async -> Int32? {
    while script.status == nil, !Task.isCancelled { await Task.yield() }
    return script.status
  }

  private static let call = "-u -k 6.8.0"

  @Test("a second request runs no tool while the first one's is at work", .timeLimit(.minutes(1)))
  func waits() async throws {
    let bench = try Bench()
    let first = try bench.start(waiting: .seconds(60))
    while bench.calls.isEmpty, first.status == nil { await Task.yield() }
    #expect(bench.calls == [Self.call])
    let impatient = try bench.start(waiting: .zero)
    #expect(await Self.end(of: impatient) == 1)
    #expect(bench.calls == [Self.call], "its tool was not started")
    let patient = try bench.start(waiting: .seconds(60))
    bench.letOneGo()
    bench.letOneGo()
    for script in [first, patient] { #expect(await Self.end(of: script) == 0) }
    #expect(bench.calls == [Self.call, Self.call])
  }
}

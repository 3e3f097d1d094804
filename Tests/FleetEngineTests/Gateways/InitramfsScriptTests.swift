import FleetCore
import FleetEngine
import Foundation
import Testing

/// The script that rebuilds an initramfs, run by a real shell with a stand-in for the tool.
@Suite("One tool at a time writes an initramfs") struct InitramfsScriptTests {
  /// A script at work. Not Foundation's `Process`, which leaves its child a socket and takes the end of that for the end of
  /// the child: where it happened to be descriptor 9, the script put its lock in that place.
  private final class Shell {
    private let id: pid_t
    private var status: Int32?

    init(_ script: String) throws {
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      for descriptor in 0...2 {
        posix_spawn_file_actions_addopen(&actions, Int32(descriptor), "/dev/null", O_RDWR, 0)
      }
      let words = Self.copies(["/bin/sh", "-c", script])
      let variables = Self.copies(["PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
      defer { for text in words + variables { free(text) } }
      var id: pid_t = 0
      try #require(posix_spawn(&id, "/bin/sh", &actions, nil, words, variables) == 0)
      self.id = id
    }

    private static func copies(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
      texts.map { (text: String) -> UnsafeMutablePointer<CChar>? in strdup(text) } + [nil]
    }

    var isRunning: Bool {
      guard status == nil else { return false }
      var word: Int32 = 0
      guard waitpid(id, &word, WNOHANG) == id else { return true }
      status = word
      return false
    }

    /// Its exit status, once it has ended.
    func ended() async -> Int32? {
      while isRunning { await Task.yield() }
      return status.map { ($0 >> 8) & 0xFF }
    }
  }

  /// Its tool says that it began, and ends when it is let go; one that finds another at work says so, and ends.
  private final class Bench {
    let folder = NSTemporaryDirectory() + "sevfleet-initramfs-\(UUID().uuidString)"
    private let gate: Int32

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
      try? FileManager.default.removeItem(atPath: folder)
    }

    func start(waiting deadline: Duration) throws -> Shell {
      let script = InitramfsRebuild(kernel: "6.8.0", tool: "update-initramfs", image: nil)
        .script(become: .none, home: folder, deadline: deadline)
        .replacingOccurrences(of: "/usr/sbin/update-initramfs", with: folder + "/tool")
        .replacingOccurrences(of: "/usr/bin/sync", with: "/bin/true")
      return try Shell(script)
    }

    func letOneGo() { #expect(write(gate, "\n", 1) == 1) }

    var calls: [String] {
      let text = (try? String(contentsOfFile: folder + "/calls", encoding: .utf8)) ?? ""
      return text.split(separator: "\n").map(String.init)
    }
  }

  private static let call = "-u -k 6.8.0"

  @Test("a second request runs no tool while the first one's is at work", .timeLimit(.minutes(1)))
  func waits() async throws {
    let bench = try Bench()
    let first = try bench.start(waiting: .seconds(60))
    while bench.calls.isEmpty, first.isRunning { await Task.yield() }
    #expect(bench.calls == [Self.call])
    let impatient = try bench.start(waiting: .zero)
    #expect(await impatient.ended() == 1)
    #expect(bench.calls == [Self.call], "its tool was not started")
    let patient = try bench.start(waiting: .seconds(60))
    bench.letOneGo()
    bench.letOneGo()
    for shell in [first, patient] { #expect(await shell.ended() == 0) }
    #expect(bench.calls == [Self.call, Self.call])
  }
}

import FleetEngine
import Foundation
import Testing

@Suite("A command on the controller ends when the kernel says so") struct LocalCommandTests {
  private static func run(
    _ argv: [String], timeout: Duration = .seconds(30)
  ) async throws -> (status: Int32?, output: String) {
    try await LocalCommand.run(argv, environment: ["WORD": "given"], timeout: timeout, outputLimit: 64)
  }

  /// What daemons do. Where the end of a program was learnt by something that was left to it, another one that was over
  /// long ago was taken for one that hangs.
  @Test("one that closes what it was left holds up the end of no other", .timeLimit(.minutes(1)))
  func closing() async throws {
    let folder = NSTemporaryDirectory() + "sevfleet-command-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let script = "for n in {3..255}; do eval \"exec $n>&-\"; done; : > \(folder)/closed; exec sleep 50"
    let first = Task { try await Self.run(["/bin/bash", "-c", script], timeout: .seconds(50)) }
    defer { first.cancel() }
    while !FileManager.default.fileExists(atPath: "\(folder)/closed") {
      try Task.checkCancellation()
      await Task.yield()
    }
    let other = try await Self.run(["/bin/sh", "-c", "exit 3"], timeout: .seconds(10))
    #expect(other.status == 3)
    first.cancel()
    let status = try await first.value.status
    #expect(status == nil, "it was ended, and said nothing")
  }

  @Test(
    "every way to end",
    arguments: [
      (["/bin/sh", "-c", "echo $WORD; exit 7"], 7, "given\n"), (["true"], 0, ""),
      (["/bin/sh", "-c", "kill -9 $$"], 137, ""),
      (["/bin/sh", "-c", "cat; echo e >&2"], 0, "e\n"),
      (["/nonexistent"], 127, "cannot be started: No such file or directory"),
      ([], 127, "an empty command"),
    ] as [([String], Int32, String)])
  func ends(argv: [String], status: Int32, output: String) async throws {
    let ended = try await Self.run(argv)
    #expect(ended.status == status && ended.output == output, "\(ended)")
  }

  @Test("what takes too long is ended, also where it does not listen") func hanging() async throws {
    for script in ["exec sleep 50", "trap '' TERM; while :; do sleep 1; done"] {
      let ended = try await Self.run(["/bin/sh", "-c", script], timeout: .milliseconds(200))
      #expect(ended.status == nil, "\(script)")
    }
  }
}

import Foundation
import SSHTransport
import Testing

/// Commands against a real sshd.
@Suite(.serialized) struct CommandSerialTests {
  static let time = Duration.seconds(30)

  @Test func outputErrorsAndStatusArriveApart() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let result = try await connection.run(
        "printf out; printf err >&2; exit 7", deadline: Self.time, outputLimit: 1000)
      #expect(result == SSHResult(exitStatus: 7, stdout: Array("out".utf8), stderr: Array("err".utf8)))
      for status: Int32 in [0, 1, 126, 127, 255] {
        #expect(try await connection.run("exit \(status)", deadline: Self.time, outputLimit: 10).exitStatus == status)
      }
      let missing = try await connection.run("/no/such/command", deadline: Self.time, outputLimit: 1000)
      #expect(missing.exitStatus == 127)
      #expect(missing.errors.contains("not found"))
    }
  }

  /// The script cannot get out of its frame.
  @Test(arguments: [
    ("echo 'it''s' \"$#\" \"$0\"", "its 0 sh\n", Int32(0)), ("exec sh -c 'printf x; exit 3'", "x", 3),
    ("set -e; false; echo no", "", 1), ("printf 'no newline'", "no newline", 0), ("cd /; pwd", "/\n", 0),
    ("set -- a b c; printf \"$3\"; exit 4", "c", 4), ("cat; printf done", "done", 0),
    ("for i in 1 2; do\n  printf $i\ndone # comment", "12", 0), ("", "", 0),
  ])
  func scripts(_ script: String, _ output: String, _ status: Int32) async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let result = try await connection.run(script, deadline: Self.time, outputLimit: 1000)
      #expect(result.output == output)
      #expect(result.exitStatus == status)
    }
  }

  @Test func syntaxErrorsAreTheScripts() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let result = try await connection.run("echo a; ) then", deadline: Self.time, outputLimit: 1000)
      #expect(result.exitStatus != 0)
      #expect(!result.stderr.isEmpty)
      #expect(try await connection.run("echo on", deadline: Self.time, outputLimit: 10).output == "on\n")
    }
  }

  @Test func killedShellsAreKnownByTheirSignal() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      for signal in ["TERM", "KILL", "SEGV"] {
        // In a subshell `$$` is still the frame's shell.
        let result = try await connection.run("kill -\(signal) $$; sleep 5", deadline: Self.time, outputLimit: 100)
        #expect(result.signal == signal)
        #expect(result.exitStatus == -1)
      }
      let inner = try await connection.run("sh -c 'kill -TERM $$'", deadline: Self.time, outputLimit: 100)
      #expect(inner.exitStatus == 143)
      #expect(inner.signal == nil)
    }
  }

  /// Far more than the window on both streams at once, with input on top.
  @Test func largeStreams() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let input = [UInt8]((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
      let script = "head -c 5000000 /dev/zero >&2 & cat; head -c 5000000 /dev/zero; wait"
      let result = try await connection.run(script, input: input, deadline: Self.time, outputLimit: 20_000_000)
      #expect(result.exitStatus == 0)
      #expect(result.stdout.count == 8_000_000)
      #expect(Array(result.stdout.prefix(input.count)) == input)
      #expect(result.stderr.count == 5_000_000)
    }
  }

  @Test func inputThatNobodyReads() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let input = [UInt8](repeating: 1, count: 8_000_000)
      let result = try await connection.run("exec <&-; echo ok", input: input, deadline: Self.time, outputLimit: 100)
      #expect(result.output == "ok\n")
    }
  }

  @Test func outputIsBounded() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      for script in ["head -c 100000000 /dev/zero", "head -c 100000000 /dev/zero >&2", "exec yes"] {
        let error = await failure { try await connection.run(script, deadline: Self.time, outputLimit: 1000) }
        #expect(error?.kind == .outputTooLarge)
        // The connection is still good.
        #expect(try await connection.run("echo on", deadline: Self.time, outputLimit: 3).output == "on\n")
      }
      let error = await failure { try await connection.run("echo four", deadline: Self.time, outputLimit: 4) }
      #expect(error?.kind == .outputTooLarge)
      #expect(try await connection.run("echo four", deadline: Self.time, outputLimit: 5).stdout.count == 5)
    }
  }

  @Test func deadlinesEndCommands() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let error = await failure {
        try await connection.run(server.endless(), deadline: .milliseconds(300), outputLimit: 100)
      }
      #expect(error?.kind == .timedOut)
      // sshd keeps the channel while the command lives; then the connection is not used any more.
      if await !connection.isUsable {
        let next = await failure { try await connection.run("echo on", deadline: Self.time, outputLimit: 10) }
        #expect(next?.kind == .connectionLost)
      }
    }
  }

  @Test func deadlinesEndFloods() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let noisy = await failure {
        try await connection.run("exec yes", deadline: .milliseconds(300), outputLimit: 2_000_000_000)
      }
      #expect(noisy?.kind == .timedOut)
      if await connection.isUsable {
        #expect(try await connection.run("echo on", deadline: Self.time, outputLimit: 10).output == "on\n")
      }
    }
  }

  @Test func cancellationEndsCommands() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let mark = server.folder.path + "/started"
      let task = Task {
        await failure { try await connection.run(server.endless(mark), deadline: .seconds(90), outputLimit: 9) }
      }
      try await eventually("the command starts") { FileManager.default.fileExists(atPath: mark) }
      task.cancel()
      #expect(await task.value?.kind == .cancelled)
      // Cancelled before it begins.
      let fresh = try await client.connect(server.configuration())
      let late = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return await failure { try await fresh.run(server.endless(), deadline: .seconds(90), outputLimit: 9) }
      }
      #expect(await late.value?.kind == .cancelled)
    }
  }

  /// Operations of one connection wait for each other, in order.
  @Test func operationsQueue() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let file = server.folder.path + "/order"
      try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<20 {
          group.addTask {
            try await connection.run(
              "read l; printf \"$l\"; wc -c < /dev/null >> \(file)", input: Array("n\(number)\n".utf8),
              deadline: Self.time,
              outputLimit: 100
            ).output
          }
        }
        var seen: Set<String> = []
        for try await output in group { seen.insert(output) }
        #expect(seen == Set((0..<20).map { "n\($0)" }))
      }
      // One that waits in the queue keeps its own deadline, and harms nobody.
      async let slow = connection.run("sleep 1; echo slow", deadline: Self.time, outputLimit: 100)
      let started = server.folder.path + "/queue"
      async let waiting = failure {
        try await connection.run("touch \(started)", deadline: .milliseconds(200), outputLimit: 100)
      }
      let outcome = await waiting
      #expect(outcome == nil || outcome?.kind == .timedOut)
      #expect(try await slow.output == "slow\n")
    }
  }

  @Test func greetingsOfLoginShellsAreNotOutput() async throws {
    let server = try SSHServer()
    let home = server.folder.path + "/home"
    try "echo welcome; echo warning >&2\n".write(toFile: home + "/.bashrc", atomically: true, encoding: .utf8)
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let result = try await connection.run("echo ours; echo err >&2", deadline: Self.time, outputLimit: 100)
      #expect(result == SSHResult(exitStatus: 0, stdout: Array("ours\n".utf8), stderr: Array("err\n".utf8)))
      try "set -xv; set -u\n".write(toFile: home + "/.bashrc", atomically: true, encoding: .utf8)
      #expect(try await connection.run("echo ours", deadline: Self.time, outputLimit: 100).output == "ours\n")
    }
  }

  /// An end without the marker is no success, whatever status comes with it.
  @Test func forgedSuccessIsALoss() async throws {
    let server = try SSHServer(["ForceCommand printf 'all is well'; exit 0"])
    let other = try SSHServer(["ForceCommand echo closed >&2; exit 1"])
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let lost = await failure { try await connection.run("echo on", deadline: Self.time, outputLimit: 100) }
      #expect(lost?.kind == .connectionLost)
      #expect(lost?.cause == "all is well")
      let closed = try await client.connect(other.configuration())
      let refused = await failure { try await closed.run("echo on", deadline: Self.time, outputLimit: 100) }
      #expect(refused?.kind == .shellRefused)
      #expect(refused?.cause == "closed")
    }
  }

  @Test func childrenLeftBehindAreNotWaitedFor() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let result = try await connection.run("sleep 30 & echo $!", deadline: Self.time, outputLimit: 100)
      #expect(result.exitStatus == 0)
      let child = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(try await connection.run("kill \(child)", deadline: Self.time, outputLimit: 100).exitStatus == 0)
    }
  }

  @Test func whatCannotBeSentIsRefused() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let nul = await failure { try await connection.run("echo \0", deadline: Self.time, outputLimit: 100) }
      #expect(nul?.kind == .invalidRequest)
      let long = "# " + String(repeating: "x", count: 40_000)
      #expect(
        await failure { try await connection.run(long, deadline: Self.time, outputLimit: 9) }?.kind == .invalidRequest)
      let fits = "# " + String(repeating: "x", count: 28_000) + "\necho on"
      #expect(try await connection.run(fits, deadline: Self.time, outputLimit: 100).output == "on\n")
    }
  }

  @Test func closedConnectionsSaySo() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      async let running = failure { try await connection.run(server.endless(), deadline: .seconds(90), outputLimit: 9) }
      async let queued = failure { try await connection.run(server.endless(), deadline: .seconds(90), outputLimit: 9) }
      _ = await connection.isUsable
      await connection.close()
      await connection.close()
      await Task {
        withUnsafeCurrentTask { $0?.cancel() }
        await connection.close()
      }.value
      #expect(await running?.kind == .connectionLost)
      #expect(await queued?.kind == .connectionLost)
      #expect(await !connection.isUsable)
      #expect(
        await failure { try await connection.run("echo", deadline: Self.time, outputLimit: 9) }?.kind == .connectionLost
      )
    }
  }
}

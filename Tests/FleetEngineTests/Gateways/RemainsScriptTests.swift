import FleetCore
import FleetEngine
import FleetFormats
import Foundation
import Testing

/// The script that lists what of ours lies on a host, and the commands that take and give a lease, run for real in a
/// folder that stands for root's.
@Suite struct RemainsScriptTests {
  private static func run(_ script: String) throws -> (status: Int32, stdout: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }

  private static func run(_ command: RootCommand, in folder: String) throws -> Int32 {
    let argv = command.argv.map { $0.replacingOccurrences(of: RootCommand.stateFolder, with: folder) }
    return try run(ShellWord.line(argv)).status
  }

  private static func look(_ folder: String) throws -> HostRemains {
    let script = SSHHostGateway.remainsScript.replacingOccurrences(of: RootCommand.stateFolder, with: folder)
    let said = try run(script)
    return try SSHHostGateway.remains(exitStatus: said.status, stdout: said.stdout)
  }

  private static func holder(_ digit: String) -> String { String(repeating: digit, count: 32) + ",r1,ctl1" }

  private static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "sevfleet-remains-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try body(folder)
  }

  @Test func aLeaseIsTakenByOneOnly() throws {
    try Self.withFolder { folder in
      #expect(try Self.look(folder) == HostRemains())
      #expect(try Self.run(.takeLease(holder: Self.holder("a")), in: folder) == 0)
      #expect(try Self.run(.takeLease(holder: Self.holder("b")), in: folder) != 0, "a second one is refused")
      let lease = try #require(try Self.look(folder).lease)
      #expect(lease.line == Self.holder("a") && lease.since != nil, "\(lease)")
      #expect(try Self.run(.replaceLease(holder: Self.holder("b")), in: folder) == 0)
      #expect(try Self.look(folder).lease?.line == Self.holder("b"))
      #expect(try Self.run(.remove(path: RootCommand.leaseFile), in: folder) == 0)
      #expect(try Self.look(folder).lease == nil)
    }
  }

  /// Three at the same instant, many times: never two, never none.
  @Test func ofManyAtOnceOneWins() throws {
    try Self.withFolder { folder in
      let lease = folder + "/lease"
      let holders = ["a", "b", "c"].map(Self.holder).joined(separator: " ")
      // xargs waits for its children by itself; a shell would wait for a signal that a test's thread may block.
      let taker = "/usr/bin/ln -s -T H \(lease) 2>/dev/null && echo won=H"
      let round =
        "printf '%s\\n' \(holders) | xargs -P 3 -I H sh -c '\(taker)'\necho seen=$(readlink \(lease))\nrm \(lease)\n"
      let rounds = 20
      let lines = try Self.run(String(repeating: round, count: rounds)).stdout.split(separator: "\n")
      let won = lines.filter { $0.hasPrefix("won=") }.map { $0.dropFirst(4) }
      let seen = lines.filter { $0.hasPrefix("seen=") }.map { $0.dropFirst(5) }
      #expect(won.count == rounds && won == seen, "\(lines)")
    }
  }

  @Test func whatLiesInItsPlaceIsNotNothing() throws {
    try Self.withFolder { folder in
      try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/lease"))
      #expect(try Self.look(folder).lease == HostLease(line: ""))
      #expect(try Self.run(.takeLease(holder: Self.holder("a")), in: folder) != 0)
    }
  }

  @Test func namesAreListed() throws {
    try Self.withFolder { folder in
      for name in ["staged/\(String(repeating: "0", count: 64)).sbin", "backups/r1-h1/amd", "backups/r2-h1/amd"] {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      }
      let seen = try Self.look(folder)
      #expect(seen.staged == [String(repeating: "0", count: 64) + ".sbin"] && seen.backups == ["r1-h1", "r2-h1"])
    }
  }

  @Test func anAnswerThatWasCutIsNone() {
    for (status, text) in [(Int32(0), ""), (0, "staged=x\n"), (1, "end=1\n")] {
      let error = #expect(throws: HostError.self) { try SSHHostGateway.remains(exitStatus: status, stdout: text) }
      #expect(error?.kind == .unreadable, "\(text)")
    }
  }
}

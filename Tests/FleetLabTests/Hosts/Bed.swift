import FleetLab
import Foundation
import Synchronization
import Testing

/// A lab for one test, with a key and a `known_hosts` file, driven by the `ssh` program.
final class Bed: Sendable {
  let lab: Lab
  let folder: String

  private static let next = Mutex(0)

  /// Each lab of each process has a network of its own, and none that the engine's tests take, which may run beside.
  private static func network() -> String {
    let number = next.withLock { value in
      value += 1
      return value
    }
    return "127.\(10 + Int(getpid()) % 40).\(number)"
  }

  private init(lab: Lab, folder: String) {
    self.lab = lab
    self.folder = folder
  }

  /// Runs `body` with a lab and takes the lab down again.
  static func with(
    _ hosts: [LabHostSpec], change: (inout LabConfiguration) -> Void = { _ in }, _ body: (Bed) async throws -> Void
  ) async throws {
    await Turns.shared.take()
    do {
      try await withTurn(hosts, change: change, body)
    } catch {
      await Turns.shared.giveBack()
      throw error
    }
    await Turns.shared.giveBack()
  }

  private static func withTurn(
    _ hosts: [LabHostSpec], change: (inout LabConfiguration) -> Void, _ body: (Bed) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/sevfleet-lab-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try await run(["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder + "/id"])
    let key = try String(contentsOfFile: folder + "/id.pub", encoding: .utf8)
    let network = network()
    let placed = hosts.enumerated().map { index, spec in
      spec.with { $0.address = $0.address ?? "\(network).\(index + 1)" }
    }
    var configuration = LabConfiguration(hosts: placed, authorizedKeys: key)
    configuration.resetMilliseconds = 20
    configuration.controlSocket = folder + "/control"
    change(&configuration)
    let bed = Bed(lab: try await Lab(configuration), folder: folder)
    try bed.learnKeys()
    do {
      try await body(bed)
    } catch {
      await bed.lab.stop()
      throw error
    }
    await bed.lab.stop()
  }

  /// Accepts the host keys that the hosts show now.
  func learnKeys() throws {
    try lab.knownHosts.write(toFile: folder + "/known_hosts", atomically: true, encoding: .utf8)
  }

  struct Result: Sendable {
    var code: Int32
    var output: String
    var errors: String
    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// Runs a command on a host as the login.
  func ssh(_ host: String, _ command: String, options: [String] = []) async throws -> Result {
    let host = try lab.host(host)
    let argv =
      ["/usr/bin/ssh", "-F", "none"] + options + [
        "-p", "\(host.port)", "-i", folder + "/id", "-o", "BatchMode=yes",
        "-o", "ConnectTimeout=20", "-o", "UserKnownHostsFile=\(folder)/known_hosts", "-o", "LogLevel=ERROR",
        "-o", "StrictHostKeyChecking=yes",
      ] + ["sevops@\(host.address)", command]
    return try await Self.run(argv)
  }

  /// Runs a command on a host as root and expects success.
  @discardableResult
  func root(_ host: String, _ command: String) async throws -> String {
    let quoted = command.replacing("'", with: "'\\''")
    let result = try await ssh(host, "sudo -n sh -c '\(quoted)'")
    try #require(result.code == 0, "\(command): \(result.errors)\(result.output)")
    return result.output
  }

  func truth(_ host: String) async throws -> LabTruth { try await lab.truth(of: host) }

  static func run(_ argv: [String]) async throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: argv[0])
    process.arguments = Array(argv.dropFirst())
    let (output, errors) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    let (stream, continuation) = AsyncStream<Int32>.makeStream()
    process.terminationHandler = { ended in
      continuation.yield(ended.terminationStatus)
      continuation.finish()
    }
    try process.run()
    async let out = read(output.fileHandleForReading)
    async let err = read(errors.fileHandleForReading)
    var code: Int32 = -1
    for await status in stream { code = status }
    return await Result(code: code, output: out, errors: err)
  }

  private static func read(_ handle: FileHandle) async -> String {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let data = (try? handle.readToEnd()) ?? nil
        continuation.resume(returning: String(decoding: data ?? Data(), as: UTF8.self))
      }
    }
  }
}

/// Lets only a few labs run at once: dozens that start in the same moment wait for each other's processes until
/// every deadline is over.
actor Turns {
  static let shared = Turns()

  private var free = 4
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func giveBack() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}

/// Looks again and again until something is true; the bound is generous since machines are shared.
func eventually(
  _ what: String, seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < deadline {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(20))
  }
  Issue.record("never: \(what)", sourceLocation: sourceLocation)
}

/// Why a lab cannot run here; nil if it can.
let labObstacle: LabError? = getuid() == 0 ? nil : LabError(.notRoot, "these tests need root")

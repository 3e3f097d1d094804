import Foundation
import Glibc
import SSHTransport
import Testing

/// Many connections on one loop.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ManySerialTests {
  private func servers(_ count: Int) throws -> [SSHServer] {
    try (1...count).map { try SSHServer(address: "127.0.1.\($0)") }
  }

  @Test func sixtyFourAtOnce() async throws {
    let servers = try servers(4)
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    try await withClient { client in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<64 {
          let server = servers[number % servers.count]
          let configuration = try server.configuration(timeout: .seconds(60))
          group.addTask {
            let connection = try await client.connect(configuration)
            let path = "\(server.folder.path)/file-\(number)"
            try await connection.upload(bytes, to: path, mode: 0o600, deadline: .seconds(60))
            let result = try await connection.run(
              "echo \(number); wc -c < \(path)", deadline: .seconds(60), outputLimit: 100)
            #expect(result.output == "\(number)\n100000\n")
            await connection.close()
          }
        }
        try await group.waitForAll()
      }
    }
  }

  /// A figure, not a test: what one host costs this process.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SSHTRANSPORT_MEASURE"] != nil))
  func costOfAHost() async throws {
    let servers = try servers(4)
    let hosts = 200
    try await withClient { client in
      let configurations = try servers.map { try $0.configuration(timeout: .seconds(120)) }
      try await client.connect(configurations[0]).close()
      let (cpu, wall) = (Self.processorTime(), ContinuousClock.now)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<hosts {
          if number >= 64 { try await group.next() }
          group.addTask {
            let connection = try await client.connect(configurations[number % 4])
            _ = try await connection.run("uname -r", deadline: .seconds(60), outputLimit: 1000)
            await connection.close()
          }
        }
        try await group.waitForAll()
      }
      let milliseconds = (Self.processorTime() - cpu) * 1000 / Double(hosts)
      print(
        "cost of a host (connection, one command): \(milliseconds) ms CPU; \(hosts) in \(ContinuousClock.now - wall)")
    }
  }

  private static func processorTime() -> Double {
    var usage = rusage()
    getrusage(0, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }
}

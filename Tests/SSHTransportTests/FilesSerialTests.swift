import Foundation
import SSHTransport
import Testing

/// Uploads and downloads, with and without an SFTP server.
@Suite(.serialized) struct FilesSerialTests {
  static let time = Duration.seconds(30)
  /// How a host may take files: its sshd, its sftp-server, none, or one behind a login shell that writes greetings.
  static let ways = ["internal-sftp", "/usr/lib/openssh/sftp-server", "", "/bin/false", "echo hello there"]

  private func server(_ way: String) throws -> SSHServer {
    try SSHServer(way.isEmpty ? ["Subsystem other /bin/false"] : ["Subsystem sftp \(way)"], hasSFTP: false)
  }

  @Test(arguments: ways)
  func roundTrip(_ way: String) async throws {
    let server = try server(way)
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      for count in [0, 1, 32 * 1024, 100_000, 3_000_000] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        let path = "\(server.folder.path)/it's a file-\(count)"
        try await connection.upload(bytes, to: path, mode: 0o640, deadline: Self.time)
        #expect(FileManager.default.contents(atPath: path).map { [UInt8]($0) } == bytes)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o640)
        #expect(try await connection.download(path, limit: count, deadline: Self.time) == bytes)
        if count > 0 {
          let error = await failure { try await connection.download(path, limit: count - 1, deadline: Self.time) }
          #expect(error?.kind == .outputTooLarge)
        }
      }
      // Shorter content replaces longer, and the mode of a file that exists is set too.
      let path = server.folder.path + "/it's a file-100000"
      try await connection.upload([1, 2, 3], to: path, mode: 0o600, deadline: Self.time)
      #expect(try await connection.download(path, limit: 3, deadline: Self.time) == [1, 2, 3])
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
      #expect(mode?.intValue == 0o600)
    }
  }

  @Test(arguments: ["internal-sftp", ""])
  func relativePathsBeginAtHome(_ way: String) async throws {
    let server = try server(way)
    let name = "sshtest-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: NSHomeDirectory() + "/" + name) }
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      try await connection.upload([7], to: name, mode: 0o600, deadline: Self.time)
      #expect(try await connection.download(name, limit: 1, deadline: Self.time) == [7])
      // sshd's own server uses the account's home, a shell the one of its environment: both clean.
      _ = try await connection.run("rm -f ~/\(name)", deadline: Self.time, outputLimit: 0)
    }
  }

  @Test(arguments: ["internal-sftp", ""])
  func refusalsAreTold(_ way: String) async throws {
    let server = try server(way)
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let nowhere = server.folder.path + "/no/such/folder/file"
      let upload = await failure { try await connection.upload([1], to: nowhere, mode: 0o600, deadline: Self.time) }
      #expect(upload?.kind == .uploadFailed)
      let download = await failure { try await connection.download(nowhere, limit: 10, deadline: Self.time) }
      #expect(download?.kind == .downloadFailed)
      if way.isEmpty { #expect(download?.found == "exit status 1" || download?.found == "exit status 2") }
      if !way.isEmpty { #expect(download?.found == "NO_SUCH_FILE") }
      let full = await failure { try await connection.upload([1], to: "/dev/full/x", mode: 0o600, deadline: Self.time) }
      #expect(full?.kind == .uploadFailed)
      // The connection goes on.
      #expect(try await connection.run("echo on", deadline: Self.time, outputLimit: 10).output == "on\n")
    }
  }

  @Test func filesOfUnknownSizeAreRead() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let status = try await connection.download("/proc/self/status", limit: 100_000, deadline: Self.time)
      #expect(String(decoding: status, as: UTF8.self).contains("VmPeak"))
      let error = await failure { try await connection.download("/dev/zero", limit: 100_000, deadline: Self.time) }
      #expect(error?.kind == .outputTooLarge)
    }
  }
}

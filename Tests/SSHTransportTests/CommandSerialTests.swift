import Foundation
import SSHTransport
import Testing

/// Commands against a real sshd.
@Suite(.serialized) struct CommandSerialTests {
  @Test func outputErrorsAndStatusArriveApart() async throws {
    let server = try SSHServer()
    try await withClient { client in
      let connection = try await client.connect(server.configuration())
      let result = try await connection.run(
        "printf out; printf err >&2; exit 7", deadline: .seconds(10), outputLimit: 1000)
      #expect(result == SSHResult(exitStatus: 7, stdout: Array("out".utf8), stderr: Array("err".utf8)))
    }
  }
}

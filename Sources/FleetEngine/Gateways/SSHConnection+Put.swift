import SSHTransport

extension SSHConnection {
  /// Temporary: until SFTP is there.
  func put(_ bytes: [UInt8], to path: String, mode: Int32, deadline: Duration) async throws(SSHError) {
    let quoted = ShellQuoting.quote(path)
    let result = try await run(
      "umask 077; cat > \(quoted) && sync \(quoted)", input: bytes, deadline: deadline, outputLimit: 4096)
    guard result.exitStatus == 0 else {
      throw SSHError(.uploadFailed, host: endpoint.host, "\(path) could not be written")
    }
  }
}

import FleetCore
import FleetEngine
import Foundation
import Testing

/// The script that hashes a firmware file, run by a real shell: "there is none" is said of nothing else.
@Suite struct FileHashTests {
  private static func hash(_ path: String) throws -> String? {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", SSHHostGateway.fileHashScript(become: .none, path: path)]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return try SSHHostGateway.fileHash(
      path, exitStatus: process.terminationStatus, stdout: String(decoding: said, as: UTF8.self))
  }

  @Test func whatCannotBeHashedIsNotGone() throws {
    let folder = NSTemporaryDirectory() + "sevfleet-hash-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = FileManager.default
    try files.createDirectory(atPath: folder + "/folder", withIntermediateDirectories: true)
    try Data("abc".utf8).write(to: URL(fileURLWithPath: folder + "/it's a file"))
    try files.createSymbolicLink(atPath: folder + "/dangling", withDestinationPath: folder + "/nowhere")
    // SHA-256 of "abc", from FIPS 180-2.
    #expect(
      try Self.hash(folder + "/it's a file") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(try Self.hash(folder + "/nothing") == nil)
    for name in ["folder", "dangling"] {
      let error = #expect(throws: HostError.self) { try Self.hash("\(folder)/\(name)") }
      #expect(error?.kind == .unreadable, "\(name)")
    }
  }
}

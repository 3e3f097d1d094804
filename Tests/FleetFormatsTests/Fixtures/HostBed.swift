import Foundation

/// A host to probe on this machine: a folder of files that are laid over the real ones in a private mount namespace,
/// so that the real `sudo`, shell and utilities see them and nobody else does. Needs root.
final class HostBed {
  /// The login that the rules are written for; every Debian has it.
  static let login = "nobody"

  let folder: URL

  /// The folder's path on this machine.
  var path: String { folder.path }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("sevfleet-bed-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    chmod(folder.path, 0o755)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Puts a file where it will be seen at `path`.
  func put(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws {
    let url = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    chmod(url.path, mode)
  }

  func put(_ path: String, _ text: String, mode: mode_t = 0o644) throws {
    try put(path, Array(text.utf8), mode: mode)
  }

  /// A program; `body` is the script after the first line.
  func tool(_ path: String, _ body: String = "exit 0") throws {
    try put(path, "#!/bin/sh\n\(body)\n", mode: 0o755)
  }

  func link(_ path: String, to target: String) throws {
    let url = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: target)
  }

  struct Outcome {
    var status: Int32
    var stdout: [UInt8]
    var stderr: String
    var text: String { String(decoding: stdout, as: UTF8.self) }
  }

  /// Folders into which programs are added; everything else in the bed replaces what it is named for.
  private static let added = ["usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"]

  /// Runs a shell script as root inside the bed. `replaced`: folders and files of the bed that take the place of the
  /// machine's.
  func run(_ script: String, replaced: [String] = []) throws -> Outcome {
    var lines = ["set -e"]
    for path in Self.added where FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path) {
      lines.append("mount -t overlay overlay -o lowerdir='\(folder.path)/\(path)':/\(path) /\(path)")
    }
    for path in replaced { lines.append("mount --bind '\(folder.path)/\(path)' /\(path)") }
    lines.append("set +e")
    lines.append(script)
    return try Self.execute(["/usr/bin/unshare", "-m", "/bin/sh", "-c", lines.joined(separator: "\n")])
  }

  static func execute(_ argv: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: argv[0])
    process.arguments = Array(argv.dropFirst())
    let errors = FileManager.default.temporaryDirectory.appendingPathComponent("sevfleet-err-\(UUID().uuidString)")
    try Data().write(to: errors)
    defer { try? FileManager.default.removeItem(at: errors) }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: (try? Data(contentsOf: errors)) ?? Data(), as: UTF8.self)
    return Outcome(status: process.terminationStatus, stdout: Array(bytes), stderr: text)
  }

  /// Whether this machine lets us make such a bed: root, sudo, and mounts of one's own.
  static let isAvailable: Bool = {
    guard geteuid() == 0, FileManager.default.fileExists(atPath: "/usr/bin/sudo") else { return false }
    guard let bed = try? HostBed(), (try? bed.tool("usr/local/bin/sevfleet-bed-test")) != nil else { return false }
    let outcome = try? bed.run("/usr/local/bin/sevfleet-bed-test")
    return outcome?.status == 0
  }()
}

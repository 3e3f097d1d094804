import ArgumentParser
import FleetFormats
import Foundation
import Glibc

/// Where a report goes, and who signs it.
struct ReportOutput: ParsableArguments {
  @Option(help: "Write to this file instead of standard output.") var output: String?
  @Option(
    help: ArgumentHelp(
      "Sign the file with this Ed25519 key (PEM, PKCS#8, mode 600); the signature, 64 bytes, is FILE.sig.",
      valueName: "key-file"))
  var signKey: String?

  func validate() throws {
    if signKey != nil, output == nil {
      throw ValidationError("--sign-key signs a file, so that --output FILE must name one")
    }
  }

  /// The key is read first: a report that cannot be signed is not made.
  func writer() throws -> ReportWriter {
    guard let output else { return ReportWriter(path: nil, key: nil) }
    guard let signKey else { return ReportWriter(path: output, key: nil) }
    let key = try SigningKeyFile.read(signKey)
    for path in [output, output + DetachedSignature.suffix] where Self.isSame(path, signKey) {
      throw CommandError(
        ExitStatus.usage, "keyOverwritten", "\(path) is the key itself, which would be lost",
        expected: "another file for --output")
    }
    return ReportWriter(path: output, key: key)
  }

  /// Whether two paths lead to one file, whatever links are between.
  private static func isSame(_ first: String, _ second: String) -> Bool {
    var one = stat()
    var other = stat()
    guard stat(first, &one) == 0, stat(second, &other) == 0 else { return false }
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino
  }
}

/// Writes one report.
struct ReportWriter {
  /// `nil`: standard output.
  var path: String?
  var key: SigningKey?

  /// Writes to a file as a whole, or to standard output. A signature of an older report is taken away before: no crash
  /// leaves one beside other bytes than its own. Throws `unwritable`.
  func write(_ text: String) throws {
    guard let path else { return Output.write(text, to: 1) }
    let bytes = Array(text.utf8)
    guard let key else { return try Self.replace(path, bytes) }
    let signature = path + DetachedSignature.suffix
    guard unlink(signature) == 0 || errno == ENOENT else {
      throw Self.unwritable(signature, String(cString: strerror(errno)))
    }
    try Self.replace(path, bytes)
    try Self.replace(signature, try key.signature(of: bytes).bytes)
  }

  private static func replace(_ path: String, _ bytes: [UInt8]) throws {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw unwritable(path, error.localizedDescription)
    }
  }

  private static func unwritable(_ path: String, _ why: String) -> CommandError {
    CommandError(ExitStatus.failed, "unwritable", "\(path): \(why)")
  }
}

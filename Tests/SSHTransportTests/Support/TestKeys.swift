import Foundation
import Glibc

/// Key pairs made by ssh-keygen, once for a test run.
enum TestKeys {
  static let folder: TemporaryFolder = {
    // Nothing deinitializes a static.
    atexit { try? FileManager.default.removeItem(atPath: TestKeys.folder.path) }
    do { return try TemporaryFolder() } catch { fatalError("no folder for keys: \(error)") }
  }()

  private static let lock = NSLock()
  nonisolated(unsafe) private static var made: Set<String> = []

  struct Pair: Sendable {
    var path: String
    /// Type and base64, without the comment.
    var publicLine: String
    var publicKey: (type: String, base64: String) {
      let fields = publicLine.split(separator: " ").map(String.init)
      return (fields[0], fields[1])
    }
  }

  /// The pair `name`; `arguments` are ssh-keygen's.
  static func pair(_ name: String, _ arguments: [String], passphrase: String = "") throws -> Pair {
    lock.lock()
    defer { lock.unlock() }
    let path = "\(folder.path)/\(name)"
    if made.insert(name).inserted {
      try Command.run(["ssh-keygen", "-q", "-N", passphrase, "-C", name, "-f", path] + arguments)
    }
    let text = try String(contentsOfFile: path + ".pub", encoding: .utf8)
    return Pair(path: path, publicLine: text.split(separator: " ").prefix(2).joined(separator: " "))
  }

  static func ed25519(_ name: String = "client-ed25519") throws -> Pair { try pair(name, ["-t", "ed25519"]) }
}

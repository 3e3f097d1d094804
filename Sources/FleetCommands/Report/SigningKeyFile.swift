import FleetFormats
import Foundation
import Glibc

/// The file with the key that reports are signed with.
enum SigningKeyFile {
  /// Throws `unreadable`, `notPrivate` where others may use it, as for keys of SSH, and the kinds of `SignatureKeyError`;
  /// no text repeats what is in it.
  static func read(_ path: String) throws -> SigningKey {
    // Symbolic links are followed: secrets are mounted as such. A pipe would block.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw WholeFile.unreadable(path, String(cString: strerror(errno))) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw WholeFile.unreadable(path, "it is no file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw CommandError(
        ExitStatus.badInput, "notPrivate", "others may read \(path); chmod 600 it", expected: "mode 600",
        found: "mode \(String(status.st_mode & 0o777, radix: 8))")
    }
    let pem = try WholeFile.read(handle, path, limit: SigningKey.largestFile)
    do throws(SignatureKeyError) {
      return try SigningKey(pem: pem)
    } catch {
      throw CommandError(error, path)
    }
  }
}

extension CommandError {
  init(_ error: SignatureKeyError, _ path: String) {
    self.init(
      ExitStatus.badInput, error.kind.rawValue, "\(path) \(error.text)", expected: error.expected, found: error.found)
  }
}

import Glibc

/// A file of the state folder that only its owner may read, replaced as a whole: a reader finds the old content or the new.
struct PrivateFile: Sendable {
  let folder: String
  let name: String

  var path: String { "\(folder)/\(name)" }

  /// `nil`: there is none. Throws `notPrivate`, `unreadable` where it is longer, `file`.
  func read(atMost limit: Int) throws(TokenError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw failure("open")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("look at") }
    guard status.st_mode & 0o077 == 0, status.st_uid == geteuid() || status.st_uid == 0 else {
      let mode = String(status.st_mode & 0o777, radix: 8)
      throw TokenError(.notPrivate, "\(path) is not its owner's alone", expected: "mode 600", found: "mode \(mode)")
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while bytes.count <= limit {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read") }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
    throw TokenError(.unreadable, "\(path) is too long", expected: "\(limit) bytes")
  }

  /// It is on the disk when this returns. One writer at a time: others may read.
  func replace(_ content: [UInt8]) throws(TokenError) {
    let fresh = "\(path).new"
    // Left by a process that ended in the middle.
    unlink(fresh)
    let descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("make") }
    defer { close(descriptor) }
    var bytes = content[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write") }
      bytes = bytes.dropFirst(count)
    }
    guard fsync(descriptor) == 0, rename(fresh, path) == 0 else { throw failure("replace") }
    let parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard parent >= 0 else { throw failure("sync") }
    defer { close(parent) }
    guard fsync(parent) == 0 else { throw failure("sync") }
  }

  private func failure(_ operation: String) -> TokenError {
    TokenError(.file, "could not \(operation) \(path): errno \(errno)")
  }
}

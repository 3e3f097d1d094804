import Glibc

/// Secrets that lie in files, read each time they are needed: a new one counts at once, and none is kept.
enum SecretFile {
  /// Without the line end that editors leave. Throws `badFile`; the text names the file and never what is in it.
  static func read(_ path: String, bytes range: ClosedRange<Int>) throws(NotifyFailure) -> [UInt8] {
    // Symbolic links are followed: secrets are mounted as such. A pipe would block.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw bad(path, "cannot be opened (errno \(errno))") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw bad(path, "is no file") }
    guard status.st_mode & 0o007 == 0 else { throw bad(path, "can be used by everybody; chmod o= it") }
    var bytes = try contents(descriptor, path, maximum: range.upperBound + 2)
    if bytes.last == 0x0A { bytes.removeLast() }
    if bytes.last == 0x0D { bytes.removeLast() }
    guard range.contains(bytes.count) else {
      throw bad(path, "must hold \(range.lowerBound) to \(range.upperBound) bytes, and holds \(bytes.count)")
    }
    return bytes
  }

  private static func contents(_ descriptor: Int32, _ path: String, maximum: Int) throws(NotifyFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: maximum + 1)
    while bytes.count <= maximum {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { break }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw bad(path, "cannot be read (errno \(errno))") }
      bytes += buffer[..<count]
    }
    return bytes
  }

  private static func bad(_ path: String, _ what: String) -> NotifyFailure {
    NotifyFailure(.badFile, "the file \(path) \(what)")
  }
}

import Glibc

/// Whole small files. These functions block: not for the loop.
enum FileContent {
  /// What tells one version of a file from another.
  struct Version: Sendable, Hashable {
    var inode: UInt64
    var size: Int64
    var seconds: Int
    var nanoseconds: Int

    /// Nil if there is no such file.
    init?(path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      inode = UInt64(status.st_ino)
      size = Int64(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  enum Answer {
    case content([UInt8])
    /// An errno; EFBIG if the file has more than `limit` bytes.
    case failure(Int32)
  }

  static func read(_ path: String, limit: Int) -> Answer {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return .failure(errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .failure(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      return .failure(status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
    }
    guard status.st_size <= limit else { return .failure(EFBIG) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size))
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { return .content(bytes) }
      if count < 0 {
        if errno == EINTR { continue }
        return .failure(errno)
      }
      bytes.append(contentsOf: buffer[..<count])
      if bytes.count > limit { return .failure(EFBIG) }
    }
  }

  /// The permission bits and owner of a file, or nil.
  static func permissions(_ path: String) -> (mode: UInt32, owner: UInt32)? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return (UInt32(status.st_mode & 0o7777), status.st_uid)
  }
}

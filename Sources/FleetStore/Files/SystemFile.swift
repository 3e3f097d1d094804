import Glibc

/// System calls on files, each with its error kept. Every descriptor is closed on exec.
enum SystemFile {
  /// `errno 28: No space left on device`; strerror_r because strerror shares one buffer between threads.
  static func text(_ number: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      guard let text = buffer.baseAddress, strerror_r(number, text, buffer.count) == 0 else { return "errno \(number)" }
      return "errno \(number): \(String(cString: text))"
    }
  }

  static func failure(_ operation: String, _ path: String, _ number: Int32 = errno) -> StoreError {
    .file(operation: operation, path: path, cause: text(number))
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(StoreError) -> Int32 {
    while true {
      let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
      if descriptor >= 0 { return descriptor }
      if errno != EINTR { throw failure("open", path) }
    }
  }

  /// Makes a folder and the missing ones above it; `mode` is for the last one only. Existing folders keep their mode.
  static func makeFolder(_ path: String, mode: mode_t = 0o700) throws(StoreError) {
    // No folder is made for no name, and none where even its parent's making did not help, as under /proc.
    guard !path.isEmpty else { throw failure("make the folder", path, ENOENT) }
    if mkdir(path, mode) == 0 {
      try syncFolder(parent(of: path))
      return
    }
    switch errno {
    case EEXIST:
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw failure("make the folder", path, ENOTDIR)
      }
    case ENOENT where parent(of: path) != path:
      let above = parent(of: path)
      guard !exists(above) else { throw failure("make the folder", path, ENOENT) }
      try makeFolder(above, mode: 0o755)
      try makeFolder(path, mode: mode)
    case let number: throw failure("make the folder", path, number)
    }
  }

  static func parent(of path: String) -> String {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// Makes names in a folder last through a power loss.
  static func syncFolder(_ path: String) throws(StoreError) {
    let descriptor = try open(path, O_RDONLY | O_DIRECTORY)
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("sync", path) }
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(StoreError) {
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
      }
      if count >= 0 { offset += count } else if errno != EINTR { throw failure("write", path) }
    }
  }

  /// The whole file, or `nil` where there is none. Stops with an error past `limit` bytes.
  static func read(_ path: String, limit: Int) throws(StoreError) -> [UInt8]? {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw failure("open", path)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    let step = 65_536  // one pipe buffer: firmware files are a few of these
    var buffer = [UInt8](repeating: 0, count: step)
    while true {
      let count = Glibc.read(descriptor, &buffer, step)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("read", path)
      }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.count <= limit else { throw .blobTooLarge(size: bytes.count, limit: limit) }
    }
  }

  /// Names in a folder, sorted, without `.` and `..`; empty where there is no folder.
  static func names(in path: String) throws(StoreError) -> [String] {
    guard let folder = opendir(path) else {
      if errno == ENOENT { return [] }
      throw failure("list", path)
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

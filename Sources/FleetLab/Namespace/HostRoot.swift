import Glibc

/// Files of one simulated host, reached through an open handle on its root.
///
/// Symbolic links are resolved here, against the host's root: the kernel would resolve an absolute link against the
/// root of this process, and a link made inside a host must never lead to a file outside it.
struct HostRoot: Sendable {
  /// The host's root; nil for this machine's own.
  private let folder: Handle?

  /// Files of this machine, where the lab needs to read them.
  static let machine = HostRoot(folder: nil)

  private init(folder: Handle?) { self.folder = folder }

  /// Files of a host, for as long as its handle lives: never those of a process that got the same number later.
  init(_ folder: Handle) { self.folder = folder }

  /// More links than this in one path are a loop (the kernel's own bound).
  private static let maximumLinks = 40

  private var base: String { folder?.path ?? "" }

  /// The path outside for a path inside; the last part is followed only if `following`.
  func outside(_ path: String, following: Bool = true) throws(LabError) -> String {
    var pending = Array(path.split(separator: "/").map(String.init).reversed())
    var done: [String] = []
    var links = 0
    while let part = pending.popLast() {
      if part == "." { continue }
      if part == ".." {
        _ = done.popLast()
        continue
      }
      let candidate = base + "/" + (done + [part]).joined(separator: "/")
      guard following || !pending.isEmpty, let target = Self.linkTarget(candidate) else {
        done.append(part)
        continue
      }
      links += 1
      guard links <= Self.maximumLinks else { throw LabError(.file, "\(path) is a loop of symbolic links") }
      if target.hasPrefix("/") { done = [] }
      pending.append(contentsOf: target.split(separator: "/").map(String.init).reversed())
    }
    return base + "/" + done.joined(separator: "/")
  }

  private static func linkTarget(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return -1 }
      return readlink(path, start.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    return count < 0 ? nil : Text.decode(buffer.prefix(count))
  }

  func exists(_ path: String) -> Bool {
    guard let outside = try? outside(path) else { return false }
    return access(outside, F_OK) == 0
  }

  /// The file's bytes, or nil if there is no such file; a folder, which opens as well, is none.
  func read(_ path: String) -> [UInt8]? {
    guard let outside = try? outside(path) else { return nil }
    let descriptor = open(outside, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { Descriptor.close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return nil }
    var bytes: [UInt8] = []
    while Descriptor.readMore(descriptor, into: &bytes) {}
    return bytes
  }

  func text(_ path: String) -> String? { read(path).map { Text.decode($0) } }

  /// Replaces the file by rename, as a careful program does.
  func write(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws(LabError) {
    try makeFolder(path.parentFolder)
    let target = try outside(path)
    let temporary = target + ".lab-new"
    try Self.store(temporary, bytes, mode: mode, flags: O_CREAT | O_TRUNC)
    guard rename(temporary, target) == 0 else { throw Self.failure("write", path) }
  }

  func write(_ path: String, _ text: String, mode: mode_t = 0o644) throws(LabError) {
    try write(path, Array(text.utf8), mode: mode)
  }

  /// Changes the content and keeps the inode: for files that are bound over others.
  func overwrite(_ path: String, _ text: String) throws(LabError) {
    // Cutting comes last: whoever reads meanwhile must not find an empty file.
    let bytes = Array(text.utf8)
    let place = try outside(path)
    try Self.store(place, bytes, mode: 0o644, flags: O_CREAT)
    guard truncate(place, off_t(bytes.count)) == 0 else { throw Self.failure("write", path) }
  }

  private static func store(_ path: String, _ bytes: [UInt8], mode: mode_t, flags: Int32) throws(LabError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | flags, mode)
    guard descriptor >= 0 else { throw failure("write", path) }
    defer { Descriptor.close(descriptor) }
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw failure("write", path) }
      sent += count
    }
    // The umask of the lab's own process must not change what a host sees.
    if flags & O_TRUNC != 0 { fchmod(descriptor, mode) }
  }

  func makeFolder(_ path: String, mode: mode_t = 0o755) throws(LabError) {
    var made = ""
    for part in path.split(separator: "/") {
      made += "/" + part
      let outside = try outside(made)
      if mkdir(outside, mode) == 0 { chmod(outside, mode) } else if errno != EEXIST { throw Self.failure("make", made) }
    }
  }

  func link(_ path: String, to target: String) throws(LabError) {
    try makeFolder(path.parentFolder)
    let place = try outside(path, following: false)
    unlink(place)
    guard symlink(target, place) == 0 else { throw Self.failure("link", path) }
  }

  func setOwner(_ path: String, user: uid_t, group: gid_t) throws(LabError) {
    guard lchown(try outside(path, following: false), user, group) == 0 else { throw Self.failure("own", path) }
  }

  /// Names in a folder, sorted; empty if there is none.
  func names(_ path: String) -> [String] {
    guard let outside = try? outside(path), let folder = opendir(outside) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a file or a whole folder; nothing there is fine.
  func remove(_ path: String) {
    guard let outside = try? outside(path, following: false) else { return }
    if unlink(outside) == 0 || errno == ENOENT { return }
    for name in names(path) { remove(path + "/" + name) }
    rmdir(outside)
  }

  private static func failure(_ verb: String, _ path: String) -> LabError {
    LabError(.file, "cannot \(verb) \(path)", cause: String(cString: strerror(errno)))
  }
}

extension String {
  /// Everything before the last slash.
  var parentFolder: String {
    guard let slash = lastIndex(of: "/") else { return "" }
    return String(self[..<slash])
  }

  /// Everything after the last slash.
  var lastPathPart: String { split(separator: "/").last.map(String.init) ?? self }
}

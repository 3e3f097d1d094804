import Glibc

/// A file or namespace that stays what it is while this lives.
final class Handle: Sendable {
  private let descriptor: Int32

  init(_ path: String) throws(LabError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw LabError(.file, "cannot open \(path)", cause: String(cString: strerror(errno)))
    }
  }

  deinit { Descriptor.close(descriptor) }

  /// A path by which this process reaches it.
  var path: String { "/proc/self/fd/\(descriptor)" }

  /// A path by which programs that this process starts reach it.
  var pathForOthers: String { "/proc/\(getpid())/fd/\(descriptor)" }
}

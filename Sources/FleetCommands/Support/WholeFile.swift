import Foundation

/// A whole file that somebody named on the command line.
enum WholeFile {
  /// Throws `unreadable`, and `tooLarge` where it has more than `limit` bytes.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      return try read(handle, path, limit: limit)
    } catch let error as CommandError {
      throw error
    } catch {
      throw unreadable(path, error.localizedDescription)
    }
  }

  static func read(_ handle: FileHandle, _ path: String, limit: Int) throws -> [UInt8] {
    let data = try handle.read(upToCount: limit + 1) ?? Data()
    guard data.count <= limit else {
      throw CommandError(
        ExitStatus.badInput, "tooLarge", "\(path) is too large for what it should be",
        expected: "at most \(limit) bytes")
    }
    return [UInt8](data)
  }

  static func unreadable(_ path: String, _ why: String) -> CommandError {
    CommandError(ExitStatus.badInput, "unreadable", "\(path): \(why)")
  }
}

import FleetFormats
import Foundation

/// Takes images out of what operators download: plain `.sbin`, `.sbin.xz`, `.sbin.zst`, AMD's `.zip`.
enum ImageContainer {
  struct Content {
    var name: String
    var bytes: [UInt8]
  }

  /// Entries read from one archive; AMD's hold one image, a few languages of licence, and a README.
  private static let maximumEntries = 64

  static func open(_ path: String) throws -> [Content] {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if name.hasSuffix(".zip") { return try openZip(path) }
    if name.hasSuffix(".xz") { return [Content(name: name, bytes: try unpack(["xz", "-dc", "--", path], path))] }
    if name.hasSuffix(".zst") { return [Content(name: name, bytes: try unpack(["zstd", "-dcq", "--", path], path))] }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw CommandError(ExitStatus.badInput, "unreadable", "\(path): cannot be read")
    }
    defer { try? file.close() }
    let limit = ImageHeader.maximumImageBytes
    let data = (try? file.read(upToCount: limit + 1)) ?? Data()
    guard data.count <= limit else { throw tooLarge(path) }
    return [Content(name: name, bytes: [UInt8](data))]
  }

  private static func openZip(_ path: String) throws -> [Content] {
    let listing = String(decoding: try unpack(["unzip", "-Z1", path], path), as: UTF8.self)
    let names = listing.split(separator: "\n").map(String.init).filter { $0.hasSuffix(".sbin") }
    guard !names.isEmpty else {
      throw CommandError(ExitStatus.badInput, "noImage", "\(path): holds no .sbin file", expected: "a .sbin file")
    }
    guard names.count <= maximumEntries else {
      throw CommandError(ExitStatus.badInput, "tooMany", "\(path): holds \(names.count) .sbin files")
    }
    return try names.map { name in
      // unzip reads its argument as a pattern: brackets around each special character take its meaning away.
      let literal = name.map { "*?[".contains($0) ? "[\($0)]" : String($0) }.joined()
      let last = name.split(separator: "/").last.map(String.init) ?? name
      return Content(name: last, bytes: try unpack(["unzip", "-p", path, literal], path))
    }
  }

  private static func unpack(_ argv: [String], _ path: String) throws -> [UInt8] {
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw CommandError(ExitStatus.badInput, "unreadable", "\(path): cannot be read")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = argv
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    do { try process.run() } catch {
      throw CommandError(ExitStatus.failed, "toolMissing", "\(argv[0]) cannot be started")
    }
    let limit = ImageHeader.maximumImageBytes
    var bytes: [UInt8] = []
    while let chunk = try? pipe.fileHandleForReading.read(upToCount: 1 << 16), !chunk.isEmpty {
      bytes += chunk
      if bytes.count > limit { process.terminate() }
    }
    process.waitUntilExit()
    if bytes.count > limit { throw tooLarge(path) }
    guard process.terminationStatus == 0 else {
      let missing = process.terminationStatus == 127
      throw CommandError(
        missing ? ExitStatus.failed : ExitStatus.badInput, missing ? "toolMissing" : "badArchive",
        missing ? "\(argv[0]) is not installed" : "\(path): \(argv[0]) cannot unpack it")
    }
    return bytes
  }

  private static func tooLarge(_ path: String) -> CommandError {
    CommandError(
      ExitStatus.badInput, "tooLarge", "\(path): no firmware image is that large",
      expected: "at most \(ImageHeader.maximumImageBytes) bytes")
  }
}

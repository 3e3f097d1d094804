import FleetFormats
import Foundation

/// Puts images into a catalog folder, all or none.
struct CatalogImport {
  private let base: URL

  init(folder: String) { base = URL(fileURLWithPath: folder, isDirectory: true) }

  /// What is not there yet. The same bytes again change nothing, so that a note or a source that somebody wrote beside
  /// them is kept. Throws where another content lies in a place, or two of the files want the same place.
  func new(_ additions: [CatalogAddition]) throws -> [CatalogAddition] {
    var new: [CatalogAddition] = []
    for addition in additions {
      for file in addition.files where !file.path.hasSuffix(ImageFile.name) {
        let other = new.flatMap(\.files).first { $0.path == file.path }?.bytes ?? bytes(file.path)
        if let other, other != file.bytes {
          throw CommandError(
            ExitStatus.badInput, "exists", "\(target(file.path).path) is there already with another content",
            expected: ContentHash.sha256(other), found: ContentHash.sha256(file.bytes))
        }
      }
      let isThere = addition.files.allSatisfy { bytes($0.path) != nil }
      if !isThere, !new.contains(where: { $0.folder == addition.folder }) { new.append(addition) }
    }
    return new
  }

  /// The image before its description, each under a temporary name first; what was written is removed where a later
  /// file cannot be.
  func write(_ additions: [CatalogAddition]) throws {
    var written: [URL] = []
    do {
      for file in additions.flatMap(\.files) where bytes(file.path) != file.bytes {
        let url = target(file.path)
        let folder = url.deletingLastPathComponent()
        if !FileManager.default.fileExists(atPath: folder.path) {
          try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
          written.append(folder)
        }
        let isNew = !FileManager.default.fileExists(atPath: url.path)
        try Data(file.bytes).write(to: url, options: .atomic)
        if isNew { written.append(url) }
      }
    } catch {
      for url in written.reversed() { try? FileManager.default.removeItem(at: url) }
      throw CommandError(
        ExitStatus.failed, "unwritable", "\(base.path) cannot be written: \(error.localizedDescription)")
    }
  }

  private func target(_ path: String) -> URL { base.appendingPathComponent(path) }

  private func bytes(_ path: String) -> [UInt8]? { (try? Data(contentsOf: target(path))).map { [UInt8]($0) } }
}

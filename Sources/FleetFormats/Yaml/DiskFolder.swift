import Foundation

/// Reads what lies in a folder, with bounds. The only place of this target that touches a disk.
struct DiskFolder {
  /// As the operator named it; part of every message.
  let path: String

  enum Kind: Hashable { case file, folder, other, absent }

  /// Why something could not be read.
  struct Problem: Error, Hashable {
    var kind: Diagnostic.Kind
    var text: String
  }

  private func full(_ relative: String) -> String { relative.isEmpty ? path : "\(path)/\(relative)" }

  /// What a name stands for, symbolic links followed.
  func kind(_ relative: String) -> Kind {
    let resolved = URL(fileURLWithPath: full(relative)).resolvingSymlinksInPath().path
    guard let type = try? FileManager.default.attributesOfItem(atPath: resolved)[.type] as? FileAttributeType else {
      return .absent
    }
    switch type {
    case .typeRegular: return .file
    case .typeDirectory: return .folder
    default: return .other
    }
  }

  /// Bytes of a file, symbolic links followed; 0 if it cannot be told.
  func size(_ relative: String) -> Int {
    let resolved = URL(fileURLWithPath: full(relative)).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: resolved)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }

  /// The names in a folder, sorted, without hidden ones.
  func names(_ relative: String) -> Result<[String], Problem> {
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: full(relative))
      return .success(names.filter { !$0.hasPrefix(".") }.sorted())
    } catch {
      return .failure(Problem(kind: .unreadable, text: "the folder cannot be read: \(Self.reason(error))"))
    }
  }

  /// Bytes of a regular file, if it has at most `maximum`.
  func bytes(_ relative: String, maximum: Int) -> Result<[UInt8], Problem> {
    guard kind(relative) == .file else {
      return .failure(Problem(kind: .unreadable, text: "it is not a file, or it is not there"))
    }
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: full(relative)))
      defer { try? handle.close() }
      let data = try handle.read(upToCount: maximum + 1) ?? Data()
      guard data.count <= maximum else {
        return .failure(Problem(kind: .tooLarge, text: "the file is larger than \(maximum) bytes"))
      }
      return .success([UInt8](data))
    } catch {
      return .failure(Problem(kind: .unreadable, text: "the file cannot be read: \(Self.reason(error))"))
    }
  }

  private static func reason(_ error: any Error) -> String {
    let error = error as NSError
    let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError
    return cause?.localizedDescription ?? error.localizedDescription
  }
}

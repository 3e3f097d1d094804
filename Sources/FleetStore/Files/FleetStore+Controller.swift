package import FleetCore
import Glibc

/// The controller's id: drawn once for a state folder, and never again while that folder lasts (decision 0017).
extension FleetStore {
  package static let controllerName = "controller-id"
  /// One line of 32 digits; more is not ours.
  private static let maxBytes = 64

  /// Who the controller of this state folder is; its id is made where there is none yet. Throws `file`, and `readOnly`
  /// where a reader would have to make one.
  package func controller() throws(StoreError) -> ControllerIdentity {
    // A store in memory is no controller of real hosts.
    guard !folder.isEmpty else { throw .missing(path: Self.controllerName) }
    let path = folder + "/" + Self.controllerName
    if try SystemFile.read(path, limit: Self.maxBytes) == nil {
      guard !isReadOnly else { throw .readOnly }
      try Self.makeID(path, in: folder)
    }
    let bytes = try SystemFile.read(path, limit: Self.maxBytes) ?? []
    let id = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    guard LeaseHolder(line: "\(id),r,h") != nil else {
      throw .file(operation: "read the controller's id", path: path, cause: "it is not 32 hex digits")
    }
    return ControllerIdentity(id: id, hostName: DaemonLock.hostName())
  }

  /// A whole file under its name or none: of two processes that make one, the first one's counts.
  private static func makeID(_ path: String, in folder: String) throws(StoreError) {
    let digits = "0123456789abcdef"
    let id = String((0..<32).map { _ in digits.randomElement() ?? "0" })
    let fresh = "\(path).\(id)"
    let descriptor = try SystemFile.open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
    defer {
      Glibc.close(descriptor)
      unlink(fresh)
    }
    try SystemFile.write(Array("\(id)\n".utf8), to: descriptor, path: fresh)
    guard fsync(descriptor) == 0 else { throw SystemFile.failure("sync", fresh) }
    guard link(fresh, path) == 0 || errno == EEXIST else { throw SystemFile.failure("make", path) }
    try SystemFile.syncFolder(folder)
  }
}

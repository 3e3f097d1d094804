import FleetCore
import FleetFormats
import Glibc

/// The head of the journal, kept in a file beside the database by each check that found nothing wrong: so that the next
/// one finds entries that were cut off at the end. It guards against whoever changes the database and nothing else; a
/// head that is kept on another machine guards against more.
extension FleetStore {
  package static let headName = "journal-head"
  /// A number, a space, a hash.
  private static let maxHeadBytes = 128

  package var headPath: String { folder + "/" + Self.headName }

  /// The head that the last check kept; `nil`: none did. Throws `file`, also where the file is not ours.
  package func keptHead() throws(StoreError) -> JournalHead? {
    guard let bytes = try SystemFile.read(headPath, limit: Self.maxHeadBytes) else { return nil }
    let line = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 2, let seq = Int64(words[0]), seq >= 0, ContentHash.isSHA256(String(words[1])) else {
      throw .file(operation: "read the kept head of the journal", path: headPath, cause: "it is no number and hash")
    }
    return JournalHead(seq: seq, chain: String(words[1]))
  }

  /// Keeps the head of a check that found nothing wrong. A whole file under its name or the one before.
  package func keepHead(_ audit: JournalAudit) throws(StoreError) {
    guard audit.fault == nil else { return }
    let fresh = "\(headPath).\(getpid())"
    unlink(fresh)
    let descriptor = try SystemFile.open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
    defer { Glibc.close(descriptor) }
    try SystemFile.write(Array("\(audit.entries) \(audit.head)\n".utf8), to: descriptor, path: fresh)
    guard fsync(descriptor) == 0, rename(fresh, headPath) == 0 else {
      let failure = SystemFile.failure("replace", headPath)
      unlink(fresh)
      throw failure
    }
    try SystemFile.syncFolder(folder)
  }
}

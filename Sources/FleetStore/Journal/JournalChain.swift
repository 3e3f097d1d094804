import FleetCore
import FleetFormats
import GRDB

/// The hash chain of the journal: each entry is sealed over its content and the seal before it, so that a change behind
/// our back shows. It is evidence against accidents and edits, not against somebody who can rewrite the whole file.
enum JournalChain {
  /// What the first entry is chained to.
  static let beginning = String(repeating: "0", count: 64)

  /// SHA-256 over the seal before and every field, each with its length so that no two contents look alike.
  static func seal(_ row: JournalRow, after previous: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(row.body.utf8.count + 256)
    for field in [previous, String(row.seq), row.rollout, row.host, String(row.at), row.kind, row.body] {
      if let field {
        bytes += Array("\(field.utf8.count):".utf8)
        bytes += Array(field.utf8)
      } else {
        bytes.append(0x2D)
      }
    }
    return ContentHash.sha256(bytes)
  }
}

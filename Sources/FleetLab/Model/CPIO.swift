/// Archives in the `newc` format, as an initramfs has them.
enum CPIO {
  struct Entry: Sendable, Equatable {
    var path: String
    var bytes: [UInt8]
    var isFolder = false
  }

  private static let magic = "070701"
  private static let trailer = "TRAILER!!!"

  /// An archive of the entries with the folders they need, padded to 512 bytes.
  static func archive(_ entries: [Entry]) -> [UInt8] {
    var bytes: [UInt8] = []
    var made: Set<String> = []
    var inode = 1
    func put(_ entry: Entry) {
      append(entry, inode: inode, to: &bytes)
      inode += 1
    }
    for entry in entries {
      var folder = ""
      for part in entry.path.split(separator: "/").dropLast() {
        folder += folder.isEmpty ? String(part) : "/\(part)"
        if made.insert(folder).inserted { put(Entry(path: folder, bytes: [], isFolder: true)) }
      }
      put(entry)
    }
    append(Entry(path: trailer, bytes: []), inode: 0, to: &bytes)
    pad(&bytes, to: 512)
    return bytes
  }

  private static func append(_ entry: Entry, inode: Int, to bytes: inout [UInt8]) {
    let mode = entry.path == trailer ? 0 : entry.isFolder ? 0o40755 : 0o100644
    let name = Array(entry.path.utf8) + [0]
    let fields = [inode, mode, 0, 0, entry.isFolder ? 2 : 1, 0, entry.bytes.count, 0, 0, 0, 0, name.count, 0]
    bytes += Array(magic.utf8)
    for field in fields { bytes += Array(Text.hex(field, width: 8).utf8) }
    bytes += name
    pad(&bytes, to: 4)
    bytes += entry.bytes
    pad(&bytes, to: 4)
  }

  private static func pad(_ bytes: inout [UInt8], to size: Int) {
    while bytes.count % size != 0 { bytes.append(0) }
  }

  /// Files of the archive at the start, and where it ends; nil if there is none.
  static func read(_ bytes: [UInt8], from start: Int = 0) -> (entries: [Entry], end: Int)? {
    func field(_ at: Int) -> Int? {
      guard at + 8 <= bytes.count else { return nil }
      return Int(Text.decode(bytes[at..<(at + 8)]), radix: 16)
    }
    var entries: [Entry] = []
    var at = start
    while at + 110 <= bytes.count, bytes[at..<(at + 6)].elementsEqual(magic.utf8) {
      guard let mode = field(at + 14), let size = field(at + 54), let length = field(at + 94) else { return nil }
      let body = (at + 110 + length + 3) & ~3
      guard length > 0, body + size <= bytes.count else { return nil }
      let path = Text.decode(bytes[(at + 110)..<(at + 109 + length)])
      at = (body + size + 3) & ~3
      if path == trailer { return (entries, at) }
      let isFolder = mode & 0o170000 == 0o40000
      entries.append(Entry(path: path, bytes: Array(bytes[body..<(body + size)]), isFolder: isFolder))
    }
    return nil
  }
}

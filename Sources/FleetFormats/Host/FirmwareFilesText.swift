import FleetCore

/// Firmware files as the script describes them: `stat`, `link`, `sha` and `head` lines (FACTS 2, 3).
struct FirmwareFilesText: Sendable {
  private(set) var files: [FirmwareFile] = []
  /// Places that could not be read.
  private(set) var unreadable: [String] = []
  private(set) var notes: [ObservationNote] = []

  private var order: [String] = []
  private var byPath: [String: FirmwareFile] = [:]
  private var heads: [String: [UInt8]] = [:]

  /// Bytes of header text read per file, at most: 256 bytes are sixteen lines.
  private static let maximumHeadBytes = ImageHeader.size

  init(_ lines: [String]) {
    var head: String?
    for line in lines {
      if line.hasPrefix(" "), let path = head {
        readHex(line, path)
        continue
      }
      head = nil
      guard let (word, rest) = line.cut(" ") else {
        if let (key, value) = line.cut("="), key == "unreadable" { unreadable.append(String(value)) }
        continue
      }
      switch word {
      case "stat": readState(rest)
      case "link": readLink(rest)
      case "sha": readHash(rest)
      case "head": head = String(rest)
      default:
        if line.hasPrefix("unreadable=") { unreadable.append(String(line.dropFirst("unreadable=".count))) }
      }
    }
    for path in order {
      guard var file = byPath[path] else { continue }
      readHeader(&file)
      files.append(file)
    }
  }

  private mutating func change(_ path: Substring, _ edit: (inout FirmwareFile) -> Void) {
    let path = String(path)
    guard path.hasPrefix("/") else { return }
    if byPath[path] == nil { order.append(path) }
    var file = byPath[path] ?? FirmwareFile(path: path)
    edit(&file)
    byPath[path] = file
  }

  /// `stat 644 root:root 96576 /lib/firmware/amd/…`; of a link the second one is its target's.
  private mutating func readState(_ rest: Substring) {
    guard let (mode, afterMode) = rest.cut(" "), let (owner, afterOwner) = afterMode.cut(" "),
      let (size, path) = afterOwner.cut(" ")
    else { return }
    change(path) { file in
      file.mode = String(mode)
      file.owner = String(owner)
      file.size = size.number
    }
  }

  private mutating func readLink(_ rest: Substring) {
    guard let (path, target) = rest.cut("\t") else { return }
    change(path) { $0.linkTarget = String(target) }
  }

  /// `sha HASH  PATH`, as `sha256sum` prints it.
  private mutating func readHash(_ rest: Substring) {
    guard let (hash, afterHash) = rest.cut(" "), hash.utf8.count == 64, hash.allSatisfy(\.isHexDigit) else { return }
    change(afterHash.dropFirst()) { $0.sha256 = String(hash) }
  }

  private mutating func readHex(_ line: String, _ path: String) {
    for word in line.words {
      guard word.utf8.count == 2, let byte = UInt8(word, radix: 16) else { return }
      if heads[path, default: []].count < Self.maximumHeadBytes { heads[path, default: []].append(byte) }
    }
  }

  /// The suffixes behind which another size is hidden than the header's.
  private static let compressed = [".xz", ".zst"]

  private mutating func readHeader(_ file: inout FirmwareFile) {
    let isCompressed = Self.compressed.contains { file.path.hasSuffix($0) }
    do throws(ImageHeaderError) {
      let header = try ImageHeader.parse(heads[file.path] ?? [], fileSize: isCompressed ? nil : file.size)
      file.version = header.version
      file.spl = header.spl
    } catch {
      let raw = (heads[file.path] ?? []).prefix(32).map { Hex.padded($0, 2) }.joined()
      notes.append(ObservationNote(source: file.path, text: error.text, lines: [raw]))
    }
  }
}

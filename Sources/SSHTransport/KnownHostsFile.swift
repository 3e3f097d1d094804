import Foundation

/// A line of a known_hosts file that could not be understood. It is left out, and the rest of the file counts.
package struct KnownHostsProblem: Sendable, Hashable, CustomStringConvertible {
  package var file: String
  package var line: Int
  package var text: String
  package var description: String { "\(file):\(line): \(text)" }
}

/// Reads the text of known_hosts files.
enum KnownHostsFile {
  /// ssh reads no longer lines either; a longer one is no key.
  private static let longestLine = 32 * 1024

  static func parse(
    _ text: [UInt8], file: String
  ) -> (entries: [KnownHostsEntry], problems: [KnownHostsProblem]) {
    var entries: [KnownHostsEntry] = []
    var problems: [KnownHostsProblem] = []
    var number = 0
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      switch parse(line, source: "\(file):\(number)") {
      case .nothing: break
      case .entries(let found): entries += found
      case .problem(let text): problems.append(KnownHostsProblem(file: file, line: number, text: text))
      }
    }
    return (entries, problems)
  }

  private enum Line {
    case nothing
    case entries([KnownHostsEntry])
    case problem(String)
  }

  private static func parse(_ bytes: ArraySlice<UInt8>, source: String) -> Line {
    guard bytes.count <= longestLine else { return .problem("the line is longer than \(longestLine) bytes") }
    let line = String(decoding: bytes, as: UTF8.self)
    var fields = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }[...]
    guard let first = fields.first, !first.hasPrefix("#") else { return .nothing }
    var marker = KnownHostsEntry.Marker.none
    if first.hasPrefix("@") {
      switch first {
      case "@revoked": marker = .revoked
      case "@cert-authority": marker = .certificateAuthority
      default: return .problem("unknown marker \(first)")
      }
      fields = fields.dropFirst()
    }
    guard fields.count >= 3 else { return .problem("a line has hosts, a key type and a key") }
    let (hostField, type, text) = (
      fields[fields.startIndex], fields[fields.startIndex + 1], fields[fields.startIndex + 2]
    )
    guard let key = PublicKey(base64: text) else { return .problem("the key is not a key in base64") }
    guard key.type == type else { return .problem("the key is of type \(key.type), the line says \(type)") }
    guard let hosts = hosts(hostField) else { return .problem("the hosts cannot be understood") }
    return .entries(hosts.map { KnownHostsEntry(marker: marker, hosts: $0, key: key, source: source) })
  }

  /// A plain list becomes one entry a name, so that names can be looked up in a table.
  private static func hosts(_ field: Substring) -> [KnownHostsEntry.Hosts]? {
    if field.first == "|" {
      let parts = field.split(separator: "|", omittingEmptySubsequences: false)
      guard parts.count == 4, parts[1] == "1", let salt = Data(base64Encoded: String(parts[2])),
        let hash = Data(base64Encoded: String(parts[3])), salt.count == 20, hash.count == 20
      else { return nil }
      return [.hashed(salt: [UInt8](salt), hash: [UInt8](hash))]
    }
    let patterns = field.split(separator: ",").map { HostPattern($0) }
    guard !patterns.isEmpty, patterns.allSatisfy({ !$0.pattern.isEmpty }) else { return nil }
    if patterns.allSatisfy(\.isExact) {
      return patterns.map { .name(String(decoding: $0.pattern, as: UTF8.self)) }
    }
    return [.patterns(patterns)]
  }
}

/// Who holds the lease of a host: one small line, `CONTROLLER,ROLLOUT,HOSTNAME`.
package struct LeaseHolder: Hashable, Sendable {
  /// Of `ControllerIdentity`.
  package var controller: String
  package var rollout: String
  /// The controller's machine; letters, digits, dots and dashes.
  package var hostName: String

  /// Stands in place of a rollout where a person took the lease over.
  package static let adopted = "adopted"
  /// Characters of a part: a host name of DNS has 63 to a label, a rollout's id 20.
  package static let maxPart = 64
  private static let idDigits = 32

  package init(controller: String, rollout: String, hostName: String) {
    self.controller = controller
    self.rollout = rollout
    self.hostName = hostName
  }

  /// `nil` for anything that no controller wrote.
  package init?(line: String) {
    let parts = line.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count == Self.idDigits,
      parts[0].utf8.allSatisfy({ Self.isDigit($0) || (0x61...0x66).contains($0) }),
      parts[1...].allSatisfy({ $0.utf8.count <= Self.maxPart && $0.utf8.first.map(Self.isAlphanumeric) == true }),
      parts[1].utf8.allSatisfy({ Self.isAlphanumeric($0) || $0 == 0x2D }),
      parts[2].utf8.allSatisfy({ Self.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E })
    else { return nil }
    self.init(controller: String(parts[0]), rollout: String(parts[1]), hostName: String(parts[2]))
  }

  package var line: String { "\(controller),\(rollout),\(hostName)" }

  /// For people.
  package var text: String {
    let work = rollout == Self.adopted ? "taken over by a person" : "rollout \(rollout)"
    return "\(work), controller \(controller.prefix(8)) on \(hostName)"
  }

  /// A machine's name in the characters that a line may have.
  static func plain(_ name: String) -> String {
    let bytes = name.utf8.map { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E ? $0 : 0x2D }
    let plain = bytes.drop { !isAlphanumeric($0) }.prefix(maxPart)
    return plain.isEmpty ? "unnamed" : String(decoding: plain, as: UTF8.self)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}

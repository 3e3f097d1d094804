import FleetCore

/// `ps -eww -o pid= -o args=`: QEMU guests with their encryption (RULES D1), and package managers at work.
struct ProcessText: Sendable {
  private(set) var guests: [GuestProcess] = []
  /// For example `apt-get (pid 812)`.
  private(set) var packageManager: String?
  /// Names by process id, for the holders of locks.
  private(set) var names: [Int: String] = [:]

  init(_ lines: [String]) {
    for line in lines {
      guard let (pid, rest) = line.trimmed.leadingNumber(), let blank = rest.utf8.first, blank == 0x20 else { continue }
      let arguments = rest.words
      guard let name = Self.name(arguments) else { continue }
      names[pid] = name
      if Self.isQEMU(name) { guests.append(Self.guest(pid, arguments, rest)) }
      if packageManager == nil, Self.isPackageManager(name, arguments) { packageManager = "\(name) (pid \(pid))" }
    }
  }

  /// The program: the last component of the first word, or of the script that an interpreter runs.
  private static func name(_ arguments: [Substring]) -> String? {
    guard let first = arguments.first.flatMap(base) else { return nil }
    guard interpreters.contains(where: { first.hasPrefix($0) }) else { return first }
    let script = arguments.dropFirst().first { !$0.hasPrefix("-") }
    return script.flatMap { $0.hasPrefix("/") ? base($0) : nil } ?? first
  }

  private static let interpreters = ["python", "perl", "sh", "bash", "dash"]

  /// A process that has ended but is still held stands in brackets.
  private static func base(_ word: Substring) -> String? {
    var text = word
    if text.hasPrefix("[") { text = text.dropFirst() }
    if text.hasSuffix("]") { text = text.dropLast() }
    return text.split(separator: "/").last.map(String.init)
  }

  private static func isQEMU(_ name: String) -> Bool {
    name.hasPrefix("qemu-system-") || name == "qemu-kvm" || name == "kvm"
  }

  private static let packageManagers: Set<String> = [
    "apt", "apt-get", "aptitude", "dpkg", "unattended-upgrade", "unattended-upgrades", "dnf", "dnf5", "dnf-3", "yum",
    "rpm", "zypper",
  ]

  /// A query changes nothing and holds nothing up.
  private static func isPackageManager(_ name: String, _ arguments: [Substring]) -> Bool {
    guard packageManagers.contains(name) else { return false }
    guard name == "rpm" || name == "dpkg", arguments.count > 1 else { return true }
    return !["-q", "-l", "-L", "-S", "-s"].contains { arguments[1].hasPrefix($0) }
  }

  private static func guest(_ pid: Int, _ arguments: [Substring], _ rest: Substring) -> GuestProcess {
    func value(_ option: String) -> Substring? {
      guard let index = arguments.firstIndex(where: { $0 == option }), index + 1 < arguments.count else { return nil }
      return arguments[index + 1]
    }
    let uuid = value("-uuid").flatMap { isUUID($0) ? $0.lowercased() : nil }
    let fields = value("-name")?.split(separator: ",") ?? []
    let named = fields.first { $0.hasPrefix("guest=") }?.dropFirst("guest=".count)
    let name = named ?? fields.first { !$0.utf8.contains(UInt8(ascii: "=")) }
    return GuestProcess(pid: pid, uuid: uuid, name: name.map(String.init), model: model(rest))
  }

  static func isUUID(_ text: Substring) -> Bool {
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    return groups.map(\.utf8.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy(\.isHexDigit) }
  }

  /// The launch-security object: `sev-snp-guest`, or `sev-guest` whose policy bit 2 asks for SEV-ES.
  ///
  /// A guest that refers to an object which cannot be read is `unknown`, never `none`.
  private static func model(_ commandLine: Substring) -> EncryptionModel {
    var rest = commandLine
    while let object = rest.tail(after: " -object ") {
      rest = object
      if object.hasPrefix("{") {
        let text = object.prefix { $0 != "}" }.filter { $0 != " " }
        if let model = model(kind: text.tail(after: #""qom-type":""#), policy: text.tail(after: #""policy":"#)) {
          return model
        }
      } else {
        let text = object.prefix { $0 != " " }
        if let model = model(kind: text, policy: text.tail(after: ",policy=")) { return model }
      }
    }
    let refers =
      commandLine.holds("confidential-guest-support=") || commandLine.holds("memory-encryption=")
      || commandLine.holds("confidential-guest-support\":")
    return refers ? .unknown : .none
  }

  private static func model(kind: Substring?, policy: Substring?) -> EncryptionModel? {
    guard let kind = kind?.prefix(while: { $0 != "," && $0 != "\"" }) else { return nil }
    switch kind {
    case "sev-snp-guest": return .sevSNP
    case "tdx-guest": return .unknown
    case "sev-guest":
      // QEMU's own default policy is 1: no debugging, no SEV-ES.
      guard let policy else { return .sev }
      guard let value = policy.prefix(while: { $0 != "," && $0 != "}" }).number else { return .unknown }
      return value & 0b100 == 0 ? .sev : .sevES
    default: return nil
    }
  }
}

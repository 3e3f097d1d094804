import FleetCore

/// Which kernel boots next, by the boot loader's own configuration; never a guess (RULES O2).
///
/// Sources in order: grubby; `grub.cfg` with `grubenv`; the only kernel in `/boot`.
struct GrubText: Sendable {
  struct Decision: Hashable, Sendable {
    /// Release of the kernel; `nil`: unknown.
    var kernel: String?
    /// Whether its boot entry names an initramfs; `nil` where no entry was read.
    var initrd: String?
    /// Why it is unknown.
    var why: String?
  }

  private struct Entry {
    var title: String
    var id: String?
    var isSubmenu: Bool
    var kernels: [String] = []
    var initrd: String?
    var children: [Entry] = []
  }

  private var kernels: [String] = []
  private var hasCustom = false
  private var hasConfiguration = false
  private var usesBLS = false
  private var top: [Entry] = []
  private var defaults: [String] = []
  private var usesNextEntry = false
  private var environment: [String: String] = [:]

  static func decide(grubby: [String]?, boot lines: [String]) -> Decision {
    let text = GrubText(lines)
    guard let kernel = grubby?.lazy.compactMap({ release(Substring($0)) }).first else { return text.decision }
    // grubby tells the default and overlooks what is chosen for the next boot alone.
    if let once = text.environment["next_entry"], !once.isEmpty, !names(once, release: kernel) {
      return Decision(why: "a one-time boot entry is set: \(once)")
    }
    return Decision(kernel: kernel)
  }

  /// Whether an entry is surely of a release: by its identifier `MACHINE-RELEASE`, or its title `… (RELEASE) …`.
  private static func names(_ entry: String, release: String) -> Bool {
    entry.hasSuffix("-" + release) || entry.contains("(\(release))")
  }

  private init(_ lines: [String]) {
    var open: [Block] = []
    var isConfiguration = false
    for line in lines {
      if line.hasPrefix("vmlinuz=") {
        kernels.append(String(line.dropFirst("vmlinuz=".count)))
      } else if line.hasPrefix("custom=") {
        hasCustom = true
      } else if line.hasPrefix("grub.cfg=") {
        isConfiguration = true
        hasConfiguration = true
      } else if line.hasPrefix("grubenv=") {
        isConfiguration = false
      } else if isConfiguration {
        read(line.trimmed, &open)
      } else if let (key, value) = line.cut("=") {
        environment[String(key)] = String(value)
      }
    }
    while !open.isEmpty { close(&open) }
  }

  /// A block that is open while lines are read: an entry or a menu, or a function's body.
  private enum Block {
    case entry(Entry)
    case other
  }

  private mutating func read(_ line: Substring, _ open: inout [Block]) {
    let word = line.words.first ?? ""
    switch word {
    case "menuentry", "submenu":
      let entry = Entry(
        title: Self.quoted(line.dropFirst(word.count)) ?? "", id: Self.identifier(line), isSubmenu: word == "submenu")
      open.append(.entry(entry))
    case "linux", "linux16", "linuxefi":
      guard line.words.count > 1 else { return }
      // A file that names no release is kept as an empty one: the entry then decides nothing.
      let release = Self.release(line.words[1]) ?? ""
      edit(&open) { $0.kernels.append(release) }
    case "initrd", "initrd16", "initrdefi":
      guard let image = line.words.last, line.words.count > 1 else { return }
      edit(&open) { $0.initrd = String(image) }
    case "set" where open.isEmpty: readDefault(line)
    case "blscfg": usesBLS = true
    case let word where word.hasPrefix("}"): close(&open)
    default: if line.hasSuffix("{") { open.append(.other) }
    }
  }

  private func edit(_ open: inout [Block], _ change: (inout Entry) -> Void) {
    guard case .entry(var entry) = open.last else { return }
    change(&entry)
    open[open.count - 1] = .entry(entry)
  }

  private mutating func close(_ open: inout [Block]) {
    guard case .entry(let entry) = open.popLast() else { return }
    guard let outer = open.lastIndex(where: { if case .entry = $0 { true } else { false } }) else {
      top.append(entry)
      return
    }
    guard case .entry(var parent) = open[outer] else { return }
    parent.children.append(entry)
    open[outer] = .entry(parent)
  }

  private mutating func readDefault(_ line: Substring) {
    guard let value = line.tail(after: "default=") else { return }
    var text = value.trimmed
    if text.utf8.count > 1, let quote = text.first, quote == "\"" || quote == "'", text.last == quote {
      text = text.dropFirst().dropLast()
    }
    if text == "${next_entry}" {
      usesNextEntry = true
    } else if !defaults.contains(String(text)) {
      defaults.append(String(text))
    }
  }

  /// The first word in single or double quotes; `'\''` inside is a quote.
  private static func quoted(_ text: Substring) -> String? {
    let rest = text.trimmed
    guard let quote = rest.first, quote == "'" || quote == "\"" else { return rest.words.first.map(String.init) }
    var value = ""
    var body = rest.dropFirst()
    while let character = body.first {
      if character == quote {
        guard body.hasPrefix(#"'\''"#) else { return value }
        value.append("'")
        body = body.dropFirst(4)
        continue
      }
      value.append(character)
      body = body.dropFirst()
    }
    return nil
  }

  private static func identifier(_ line: Substring) -> String? {
    for option in ["$menuentry_id_option ", "--id=", "--id "] {
      if let rest = line.tail(after: option) { return quoted(rest) }
    }
    return nil
  }

  /// `6.1.0-13-amd64` of `/boot/vmlinuz-6.1.0-13-amd64`.
  private static func release(_ path: Substring) -> String? {
    guard path.hasPrefix("/"), let name = path.split(separator: "/").last, name.hasPrefix("vmlinuz-") else {
      return nil
    }
    let release = name.dropFirst("vmlinuz-".count).trimmed
    return release.isEmpty ? nil : String(release)
  }

  private var decision: Decision {
    switch chosen {
    case .entry(let entry):
      guard entry.kernels.count == 1, let kernel = entry.kernels.first, !kernel.isEmpty else {
        return Decision(why: "the boot entry \(entry.title) names no kernel release")
      }
      guard kernels.isEmpty || kernels.contains(kernel) else {
        return Decision(why: "the boot entry names kernel \(kernel), which is not in /boot")
      }
      return Decision(kernel: kernel, initrd: entry.initrd)
    case .unknown(let why):
      let real = kernels.filter { !$0.contains("rescue") }
      if real.count == 1 { return Decision(kernel: real[0]) }
      return Decision(why: "\(why), and /boot holds \(real.count) kernels")
    }
  }

  private enum Choice {
    case entry(Entry)
    case unknown(String)
  }

  private var chosen: Choice {
    guard hasConfiguration, !top.isEmpty || usesBLS else { return .unknown("no boot loader configuration was read") }
    if usesBLS { return .unknown("the boot entries lie outside grub.cfg and grubby is not there") }
    if hasCustom { return .unknown("custom.cfg may change the default entry") }
    guard defaults.count <= 1 else { return .unknown("grub.cfg sets the default entry more than once") }
    let selector = selector
    if selector.contains("$") { return .unknown("grub.cfg computes the default entry") }
    var menu = top
    var entry: Entry?
    for part in selector.split(separator: ">", omittingEmptySubsequences: false) {
      guard let next = Self.find(part, in: menu) else { return .unknown("no boot entry is called \(selector)") }
      entry = next
      menu = next.children
    }
    guard let entry, !entry.isSubmenu else { return .unknown("the default entry \(selector) is a menu") }
    return .entry(entry)
  }

  /// What GRUB's variable `default` will hold: the one-time choice, the saved one, or what the file says.
  private var selector: String {
    if usesNextEntry, let next = environment["next_entry"], !next.isEmpty { return next }
    guard let value = defaults.first, !value.isEmpty else { return "0" }
    guard value == "${saved_entry}" else { return value }
    if let previous = environment["prev_saved_entry"], !previous.isEmpty { return previous }
    guard let saved = environment["saved_entry"], !saved.isEmpty else { return "0" }
    return saved
  }

  private static func find(_ name: Substring, in menu: [Entry]) -> Entry? {
    if let index = name.number { return menu.indices.contains(index) ? menu[index] : nil }
    return menu.first { $0.id == String(name) } ?? menu.first { $0.title == String(name) }
  }
}

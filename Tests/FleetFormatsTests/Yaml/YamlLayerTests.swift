import FleetCore
import FleetFormats
import Testing

/// The strict layer under every file, seen through the inventory reader.
@Suite struct YamlLayerTests {
  private func errors(_ hosts: String) -> [String] {
    InventorySample.errors(InventorySample.read(hosts: hosts)).map { $0.replacing("inventory/hosts/h.yaml", with: "F") }
  }

  private func kinds(_ hosts: String) -> [Diagnostic.Kind] {
    InventorySample.kinds(InventorySample.read(hosts: hosts))
  }

  @Test func syntaxErrorsHaveALine() {
    #expect(errors("hosts:\n  - name: a\n address: b\n").first?.hasPrefix("F:3: not YAML: ") == true)
    #expect(errors("hosts: [\n").first?.hasPrefix("F:2: not YAML: ") == true)
    #expect(errors("hosts: \"\n\n").first?.hasPrefix("F:3: not YAML: ") == true)
    #expect(errors("%YAML 9.9\n---\nhosts: []\n").first?.hasPrefix("F:1: not YAML: ") == true)
  }

  @Test func oneDocumentOnly() {
    #expect(errors("hosts: []\n---\nhosts: []\n") == ["F:2: a second document starts here; a file holds one"])
    #expect(errors("---\nhosts: []\n...\n") == [])
  }

  @Test func aliasesAreNamedNotExpanded() {
    #expect(kinds("hosts:\n  - &a {name: a, address: a}\n") == [.alias])
    #expect(errors("hosts:\n  - *a\n").first?.hasPrefix("F:2: aliases are not supported (*a)") == true)
    // Ten levels of ten: expanded this would be ten thousand million elements; as keys, so many hashes.
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...10 {
      bomb += "a\(level): &a\(level) [\((0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]\n"
    }
    bomb += "hosts: [{? *a10 : 1}]\n"
    #expect(kinds(bomb).contains(.alias))
    #expect(kinds("x: &x {a: 1}\nhosts:\n  - <<: *x\n    name: a\n    address: a\n").contains(.alias))
  }

  @Test func starsInTextStayStars() throws {
    let hooks = "hooks: {pre_drain: {argv: [/bin/echo, \"*\", 'a*b', a*b]}} # *not* an alias\n"
    let inventory = try InventorySample.read(hosts: "hosts: []", policy: hooks).get()
    #expect(inventory.policy.hooks[.preDrain]?.argv == ["/bin/echo", "*", "a*b", "a*b"])
  }

  @Test func tagsAreRefused() {
    #expect(kinds("hosts: !!seq []\n") == [])
    #expect(kinds("hosts: !mine []\n") == [.tag])
    #expect(kinds("hosts:\n  - name: !!int a\n    address: b\n").contains(.tag))
    #expect(kinds("hosts:\n  - name: !!binary aGVsbG8=\n    address: b\n").contains(.tag))
  }

  @Test func nestingIsBounded() {
    #expect(kinds("hosts: " + String(repeating: "[", count: 900) + String(repeating: "]", count: 900)) == [.tooDeep])
    #expect(kinds("hosts:\n  " + String(repeating: "- ", count: 900) + "x\n") == [.tooDeep])
    #expect(kinds(String(repeating: "? ", count: 900) + "x\n").contains(.wrongType))
    for opening in ["[", "{", "- ", "? ", "[a: ", "{a: ", "a: {b: ["] {
      #expect(!kinds("hosts: \n  " + String(repeating: opening, count: 100_000)).isEmpty, "\(opening)")
    }
  }

  @Test func sizeIsBounded() {
    let long = String(repeating: "# 0123456789012345678901234567890123456789\n", count: YamlLimits.fileBytes / 40)
    #expect(errors(long + "hosts: []\n") == ["F: the file is larger than 4 MiB"])
  }

  @Test func onlyTextIsRead() {
    #expect(errors("hosts: []\nx: \u{0}\n") == ["F:2: the character U+0000 is not allowed"])
    #expect(errors("\n\nhosts: \u{1B}[31m\n") == ["F:3: the character U+001B is not allowed"])
    #expect(errors("hosts: [] # \u{E000}\n") == ["F:1: the character U+E000 is not allowed"])
    #expect(errors("hosts: [] # \u{2028}\n") == ["F:1: the character U+2028 is not allowed"])
    let bytes: [UInt8] = Array("hosts: []\n# ".utf8) + [0xC3, 0x28]
    let result = InventorySample.read([InventoryFile(path: "hosts/h.yaml", bytes: bytes)])
    #expect(InventorySample.errors(result) == ["inventory/hosts/h.yaml: the file is not UTF-8 text"])
  }

  @Test func duplicateKeysOfEveryKindAreFoundTogether() {
    let text = """
      hosts:
        - name: a
          "name": b
          address: a
          'address': b
          address: c
        - {name: b, address: b, port: 1, port: 2}
      hosts: []
      """
    #expect(
      errors(text) == [
        "F:3: duplicate key \"name\"; it is already on line 2",
        "F:5: duplicate key \"address\"; it is already on line 4",
        "F:6: duplicate key \"address\"; it is already on line 4",
        "F:7: duplicate key \"port\"; it is already on line 7",
        "F:8: duplicate key \"hosts\"; it is already on line 1",
      ])
  }

  @Test func tooManyDuplicateKeysStopTheReading() {
    let keys = (0..<YamlLimits.duplicateKeys + 5).map { "k\($0): 1\nk\($0): 2\n" }.joined()
    #expect(kinds(keys + "hosts: []\n") == [.duplicateKey])
    #expect(kinds("hosts: []\n\"\": 1\n\"\": 2\n") == [.duplicateKey])
    #expect(kinds("hosts: []\n[a]: 1\n[a]: 2\n") == [.duplicateKey])
    #expect(kinds("hosts: []\n*a : 1\n*a : 2\n&b c: 3\n") == [.alias, .alias, .alias])
  }

  @Test func windowsLinesCount() {
    let text = "hosts:\r\n  - name: a\r\n    address: a\r\n    port: x\r\n    port: 1\r\n"
    #expect(
      errors(text) == [
        "F:4: port must be a whole number, not x", "F:5: duplicate key \"port\"; it is already on line 4",
      ])
  }

  @Test func theFirstErrorsAreNotBuried() {
    let many = "hosts:\n" + (0..<1000).map { "  - {name: h\($0)}\n" }.joined()
    let errors = errors(many)
    #expect(errors.count == Diagnostics.maximum + 1)
    #expect(errors.first == "F:2: host lacks \"address\"")
    #expect(errors.last == "F:202: 800 further errors from here on are not shown")
  }

  @Test(arguments: [
    ("::1", true), ("2001:470:1:2::5", true), ("2001:db8::1", true), ("fe80::1%eth0", true), ("10.0.0.11", true),
    ("host.example", true), ("1:30", false), ("10:20:30", false), ("1.5", false), ("1e3", false), ("0x10", false),
    ("1_000", false), (".5", false), ("off", false), ("Null", false), ("-x", false), ("", false),
  ]) func unquotedAddresses(_ text: String, _ accepted: Bool) {
    let result = InventorySample.read(hosts: "hosts:\n  - name: a\n    address: \(text)\n")
    #expect(InventorySample.kinds(result).isEmpty == accepted, "\(InventorySample.errors(result))")
  }
}

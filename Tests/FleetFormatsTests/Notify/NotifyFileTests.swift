import FleetCore
import FleetFormats
import Testing

/// `notify.yaml`: what is read, and what is refused with the line that is blamed.
@Suite struct NotifyFileTests {
  private static func read(_ text: String) -> Result<Inventory, Diagnostics> {
    InventorySample.read([
      InventoryFile(path: "hosts/h.yaml", text: "hosts: [{name: a, address: a.example}]"),
      InventoryFile(path: "notify.yaml", text: text),
    ])
  }

  @Test func everyKeyIsRead() throws {
    let notify = try Self.read(
      """
      link_base: https://sevfleet.example/
      webhooks:
        - url: https://hooks.example:8443/a?b=c
          secret_file: secrets/hook
          ca_file: ~/ca.pem
          events: [quarantine, approval_wanted]
        - {url: "http://[::1]:80/", secret_file: /s}
      mail:
        smtp: mail.example:587
        starttls: true
        from: sevfleet@example.org
        to: [ops@example.org, "o'neil+x@a-b.example"]
        user: sevfleet
        password_file: /p
        ca_file: ca.pem
        events: [halt]
      """
    ).get().notify
    #expect(notify.linkBase == "https://sevfleet.example")
    #expect(
      notify.webhooks == [
        .init(
          url: "https://hooks.example:8443/a?b=c", secretFile: "inventory/secrets/hook", caFile: "/home/op/ca.pem",
          events: [.quarantine, .approvalWanted]),
        .init(url: "http://[::1]:80/", secretFile: "/s"),
      ])
    #expect(notify.webhooks[1].events == Set(NotifyClass.allCases))
    #expect(
      notify.mail
        == .init(
          host: "mail.example", port: 587, from: "sevfleet@example.org",
          to: ["ops@example.org", "o'neil+x@a-b.example"], user: "sevfleet", passwordFile: "/p",
          caFile: "inventory/ca.pem", events: [.halt]))
    #expect(
      notify.receivers.map(\.name) == [
        "webhook hooks.example:8443", "webhook [::1]:80", "mail by mail.example:587",
      ])
    #expect(Set(notify.receivers.map(\.id)).count == 3)
    #expect(notify.receivers.allSatisfy { !$0.id.contains("/") && !$0.name.contains("b=c") })
  }

  @Test func nobodyIsToldUnlessSaid() throws {
    #expect(try Self.read("link_base: http://a").get().notify.receivers.isEmpty)
    #expect(try InventorySample.read(hosts: "hosts: [{name: a, address: b}]").get().notify == NotifySettings())
    let plain = try Self.read("mail: {smtp: \"[fe80::1]:25\", starttls: false, from: a@b, to: [c@d]}").get().notify.mail
    #expect(plain?.host == "fe80::1" && plain?.port == 25 && plain?.startTLS == false)
    #expect(plain?.events == Set(NotifyClass.allCases))
  }

  private static let hook = "webhooks:\n  - secret_file: /s\n"
  private static let mail = "mail:\n  from: a@b.example\n  to: [c@d.example]\n  smtp: m:25\n"
  private static let bad: [(String, Diagnostic.Kind, Int)] = [
    ("[]", .wrongType, 1), ("webhook: []", .unknownKey, 1), ("webhooks: {}", .wrongType, 1),
    ("link_base: example.org", .invalidValue, 1), ("link_base: https://", .invalidValue, 1),
    ("link_base: https://u:p@h/", .invalidValue, 1), ("link_base: ftp://h/", .invalidValue, 1),
    (hook, .missingKey, 2), ("webhooks: [{url: https://h/}]", .missingKey, 1),
    (hook + "    url: https://h/#x", .invalidValue, 3), (hook + "    url: \"https://h/a b\"", .invalidValue, 3),
    (hook + "    url: https://h:0/", .invalidValue, 3), (hook + "    url: https://h:99999/", .invalidValue, 3),
    (hook + "    url: https://h:+80/", .invalidValue, 3), (hook + "    url: \"https://h\\r\\nX: y\"", .invalidValue, 3),
    (hook + "    url: https://é/", .invalidValue, 3), (hook + "    url: 7", .wrongType, 3),
    (hook + "    url: https://h/\n    events: []", .invalidValue, 4),
    (hook + "    url: https://h/\n    events: [halt, halt]", .duplicate, 4),
    (hook + "    url: https://h/\n    events: [halted]", .invalidValue, 4),
    (hook + "    url: https://h/\n    event: [halt]", .unknownKey, 4),
    (hook + "    url: https://h/\n  - {secret_file: /t, url: https://h/}", .duplicate, 4),
    ("webhooks: [{url: https://h/, secret_file: ~root/s}]", .invalidValue, 1),
    ("mail: {from: a@b, to: [c@d]}", .missingKey, 1), ("mail: {smtp: \"m:25\", to: [c@d]}", .missingKey, 1),
    ("mail: {smtp: \"m:25\", from: a@b}", .missingKey, 1),
    ("mail: {smtp: m, from: a@b, to: [c@d]}", .invalidValue, 1),
    ("mail: {smtp: \"m:\", from: a@b, to: [c@d]}", .invalidValue, 1),
    ("mail: {smtp: \"[::1]\", from: a@b, to: [c@d]}", .invalidValue, 1),
    ("mail: {smtp: \"m:25\", from: a@b, to: []}", .invalidValue, 1),
    ("mail: {smtp: \"m:25\", from: \"a@b>\\r\\nRCPT TO:<x@y\", to: [c@d]}", .invalidValue, 1),
    ("mail: {smtp: \"m:25\", from: a@b, to: [\"Ops <c@d>\"]}", .invalidValue, 1),
    (mail + "  user: x", .missingKey, 2), (mail + "  password_file: /x", .missingKey, 2),
    (mail + "  user: x\n  password_file: /x\n  starttls: false", .invalidValue, 5),
    (mail + "  starttls: maybe", .wrongType, 5),
  ]

  @Test(arguments: bad.indices) func isRefused(index: Int) {
    let (text, kind, line) = Self.bad[index]
    guard case .failure(let found) = Self.read(text) else {
      Issue.record("accepted: \(text)")
      return
    }
    #expect(found.list.map(\.kind) == [kind], "\(text): \(found)")
    #expect(found.list.map(\.location.line) == [line], "\(text): \(found)")
    #expect(found.list.allSatisfy { !$0.text.contains("u:p") }, "what may be a secret is not repeated")
  }

  @Test func addressesEndNothing() {
    for good in ["a@b", "a.b@c.d", "A_1+tag@x-y.example", "a@1.2"] { #expect(MailAddress.isAddress(good), "\(good)") }
    let many = String(repeating: "a", count: 65)
    for bad in [
      "", "a", "@b", "a@", "a@b@c", ".a@b", "a.@b", "a..b@c", "a@.b", "a@b.", "a@-b", "a@b-", "a b@c", "a@b c", "<a@b>",
      "a@b>", "a@b,c@d", "a@b;", "\"a\"@b", "a@[1.2.3.4]", "ä@b", "a@ö", "a@b\r\n", "a\n@b", "a@b\u{0}", "\(many)@b",
      "a@\(String(repeating: "b", count: 254))",
    ] {
      #expect(!MailAddress.isAddress(bad), "\(bad)")
    }
  }
}

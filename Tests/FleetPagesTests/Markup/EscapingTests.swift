import FleetPages
import Testing

/// Whatever a host, a person or a rollout is called: it never becomes markup.
@Suite struct EscapingTests {
  @Test func textAndValues() {
    var dice = Dice(seed: 40)
    for _ in 0..<500 {
      let text = dice.hostileText()
      let html = Tag.a(.href(.path("hosts", text)), .tip(text), .class("x")) { text }.text
      #expect(MarkupSkeleton.of(html) == ["<a href title class>", "</a>"], "seed 40: \(text.debugDescription)")
      #expect(!html.unicodeScalars.contains { $0.value < 9 || $0.value == 0x202E }, "seed 40: \(text.debugDescription)")
    }
  }

  /// A part stays one part: it leads to no other place, and comes back as it was.
  @Test func placesStayOnThisServer() {
    var dice = Dice(seed: 41)
    for _ in 0..<500 {
      let text = dice.hostileText()
      let link = Link.path(["hosts", text], query: [(name: text, value: text)], fragment: text).text
      #expect(link.hasPrefix("/hosts/") && link.filter { $0 == "/" }.count == 2, "seed 41: \(link)")
      #expect(link.filter { $0 == "?" }.count == 1 && link.filter { $0 == "#" }.count == 1, "seed 41: \(link)")
      #expect(link.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x27 }, "seed 41: \(link)")
      let part = link.dropFirst("/hosts/".count).prefix { $0 != "?" }
      #expect(Self.decoded(part) == text, "seed 41: \(link)")
    }
  }

  @Test func placesOutside() {
    for text in [
      "http://a.test", "javascript:x", "https://", "//a.test", "https://a.test/\"", "HTTPS://a.test", "https://a b",
    ] {
      #expect(Link.external(text) == nil, "\(text)")
    }
    #expect(Link.external("https://a.test/b?c=d&e=%20#f")?.text == "https://a.test/b?c=d&e=%20#f")
  }

  /// The same page with harmless and with hostile words has the same tags and attributes.
  @Test(arguments: SamplePage.allCases) func everyField(_ page: SamplePage) {
    let harmless = MarkupSkeleton.of(page.render())
    #expect(harmless.count > 20)
    let showsWords = page.render(PageSamples(word: { _ in "needle" })).contains("needle")
    #expect(showsWords || page == .plainLogin)
    for seed in UInt64(0)..<12 {
      var dice = Dice(seed: seed)
      // One text for one word, and a different one for every other, as names are.
      let salt = dice.hostileText()
      let hostile = page.render(PageSamples(word: { "\(salt)\($0)\(salt)" }))
      #expect(MarkupSkeleton.of(hostile) == harmless, "seed \(seed)")
      #expect(
        hostile.contains("window.taken") == (showsWords && salt.contains("window.taken")),
        "seed \(seed): the words are shown")
    }
  }

  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == 0x25 else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      rest = rest.dropFirst(2)
      bytes.append(UInt8(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

import FleetCore
import FleetFormats
import Foundation
import Testing

@Suite struct MailTextTests {
  private static let at = Instant(rfc3339: "2026-11-26T08:05:30Z") ?? Instant(milliseconds: 0)

  private static func news(_ text: String, host: String? = "sev-a01", seq: Int64 = 7) -> FleetCore.Notification {
    Notification(
      .drift,
      JournalEntry(
        seq: seq, at: at, rollout: nil, host: host.map { HostID($0) },
        event: .finding(kind: NotifyClass.rebootFinding, text: text)),
      linkBase: "https://s.example")
  }

  private static func message(_ news: [FleetCore.Notification]) -> String {
    MailText.message(news, from: "s@x.example", to: ["a@y", "b@z"], sender: "c0ffee", at: at)
  }

  /// Headers, unfolded, and the body, decoded.
  private static func parsed(_ message: String) throws -> (headers: [String: [String]], body: String) {
    let end = try #require(message.range(of: "\r\n\r\n"))
    var headers: [String: [String]] = [:]
    for line in message[..<end.lowerBound].replacing("\r\n ", with: " ").split(separator: "\r\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[String(parts[0]), default: []].append(parts[1].trimmingCharacters(in: .whitespaces))
    }
    let body = Data(base64Encoded: String(message[end.upperBound...]).replacing("\r\n", with: ""))
    return (headers, String(decoding: try #require(body), as: UTF8.self))
  }

  /// Encoded words (RFC 2047), as a mail program shows them.
  private static func shown(_ header: String) -> String {
    guard header.hasPrefix("=?") else { return header }
    let bytes = header.split(separator: " ").reduce(into: Data()) { data, word in
      data += Data(base64Encoded: String(word.dropFirst(10).dropLast(2))) ?? Data()
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func itSaysWhatWhereAndWhen() throws {
    let message = Self.message([Self.news("rebooted while armed")])
    let (headers, body) = try Self.parsed(message)
    #expect(headers["From"] == ["s@x.example"] && headers["To"] == ["a@y, b@z"])
    #expect(headers["Subject"] == ["sevfleet: drift: sev-a01: rebooted while armed"])
    #expect(headers["Date"] == ["Thu, 26 Nov 2026 08:05:30 +0000"])
    #expect(headers["Message-ID"] == ["<sevfleet.c0ffee.7@x.example>"], "a repeat has the same")
    #expect(
      body == "2026-11-26T08:05:30.000Z drift: sev-a01: rebooted while armed\r\nhttps://s.example/hosts/sev-a01\r\n")
    let several = try Self.parsed(Self.message([Self.news("x"), Self.news("y", seq: 8), Self.news("z", seq: 9)]))
    #expect(several.headers["Subject"] == ["sevfleet: drift: sev-a01: x (and 2 more)"])
    #expect(several.body.components(separatedBy: "\r\n\r\n").count == 3)
  }

  @Test func everyMonthAndDayHasItsName() {
    var days: Set<Substring> = []
    var months: Set<Substring> = []
    for day in stride(from: 0, to: 365, by: 1) {
      let at = Self.at + .seconds(day * 86_400)
      let message = MailText.message([], from: "s@x", to: ["a@y"], sender: "c", at: at)
      let words = message.split(separator: "\r\n").first { $0.hasPrefix("Date:") }?.split(separator: " ") ?? []
      #expect(words.count == 7)
      days.insert(words[1])
      months.insert(words[3])
    }
    #expect(days == ["Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"])
    #expect(months.count == 12)
  }

  /// Whatever a host or a person says stays one subject and one body.
  @Test func noTextBeginsAHeader() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SplitMix(seed: seed)
    let pieces = [
      "\r\n", "\n", "\r", "Bcc: x@y", ".", "\r\n.\r\n", " ", "ä", "€", "👩‍👩‍👧", "=?UTF-8?B?", "?=", "\u{85}", "\u{2028}",
      "\u{0}", "a", ":", String(repeating: "long ", count: 40), String(repeating: "ü", count: 90),
    ]
    let names: Set = [
      "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
      "Content-Transfer-Encoding",
    ]
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      let news = Self.news(text)
      let message = Self.message([news])
      #expect(
        message.utf8.allSatisfy { $0 < 0x80 && ($0 >= 0x20 || $0 == 0x0D || $0 == 0x0A) }, "\(text.debugDescription)")
      let lines = message.components(separatedBy: "\r\n")
      #expect(lines.allSatisfy { !$0.contains("\n") && !$0.contains("\r") && $0.utf8.count <= 998 })
      #expect(lines.allSatisfy { !$0.hasPrefix(".") })
      let (headers, body) = try Self.parsed(message)
      #expect(Set(headers.keys) == names && headers.values.allSatisfy { $0.count == 1 }, "\(text.debugDescription)")
      let subject = Self.shown(try #require(headers["Subject"]?.first))
      #expect(subject.count <= 150 && subject.hasPrefix("sevfleet: drift: sev-a01:"), "\(text.debugDescription)")
      // Byte by byte: of a text's end and what follows it a character may be made.
      let shown = text.unicodeScalars.flatMap {
        $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? [0x20] : Array(String($0).utf8)
      }
      #expect(body.utf8.starts(with: Array("2026-11-26T08:05:30.000Z drift: sev-a01: ".utf8) + shown + [0x0D, 0x0A]))
    }
  }
}

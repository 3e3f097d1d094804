import FleetCore
import FleetFormats
import Foundation
import Testing

@Suite struct SMTPTextTests {
  @Test func answersAreReadLineByLine() {
    var reader = SMTPReplyReader()
    #expect(reader.take("250-mail.example") == .more)
    #expect(reader.take("250-STARTTLS") == .more)
    #expect(reader.take("250-AUTH PLAIN login") == .more)
    guard case .reply(let reply) = reader.take("250 SIZE 1000") else {
      Issue.record("no reply")
      return
    }
    #expect(reply.code == 250 && reply.isPositive && !reply.isPermanent)
    #expect(reply.offers("STARTTLS") && !reply.offers("TLS") && !reply.offers("MAIL.EXAMPLE"))
    #expect(reply.words(of: "AUTH") == ["PLAIN", "LOGIN"])
    #expect(reader.take("220 next") == .reply(SMTPReply(code: 220, lines: ["next"])), "it begins anew")
    #expect(reader.take("354") == .reply(SMTPReply(code: 354, lines: [""])))
    let refusals = [(450, false), (550, true)]
    for (code, isPermanent) in refusals {
      let refused = SMTPReply(code: code, lines: [])
      #expect(!refused.isPositive && refused.isPermanent == isPermanent)
    }
  }

  @Test func whatIsNoAnswerIsNone() {
    for line in ["", "25", "2500 x", "abc", "199 x", "600 x", "250x", "+50 x", "٢٥٠ x", "HTTP/1.1 200 OK"] {
      var reader = SMTPReplyReader()
      #expect(reader.take(line) == .nonsense, "\(line)")
    }
    var reader = SMTPReplyReader()
    #expect(reader.take("250-a") == .more)
    #expect(reader.take("251 b") == .nonsense, "one answer has one code")
    var endless = SMTPReplyReader()
    let steps = (0..<200).map { _ in endless.take("250-more") }
    #expect(steps.contains(.nonsense), "an answer ends")
  }

  /// What the server takes out again is what was put in.
  @Test func dotsAreStuffed() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SplitMix(seed: seed)
    for _ in 0..<2000 {
      let lines = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        (0..<Int.random(in: 0...3, using: &random)).map { _ in [".", "a", ".."].randomElement(using: &random) ?? "" }
          .joined()
      }
      for end in ["\r\n", "\n", "\r"] {
        let data = SMTPText.data(lines.joined(separator: end) + end)
        #expect(data.hasSuffix(".\r\n"))
        var seen: [String] = []
        for line in data.components(separatedBy: "\r\n") {
          if line == "." { break }
          seen.append(line.hasPrefix(".") ? String(line.dropFirst()) : line)
        }
        #expect(seen == lines)
        #expect(data.components(separatedBy: "\r\n").filter { $0 == "." }.count == 1, "it ends once")
      }
    }
  }

  @Test func aLoginIsOneWord() {
    #expect(SMTPText.plain(user: "tim", password: Array("tanstaaftanstaaf".utf8)) == "AHRpbQB0YW5zdGFhZnRhbnN0YWFm")
  }

  @Test func base64IsFoundations() {
    var random = SplitMix(seed: 7)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(Base64.text(bytes) == Data(bytes).base64EncodedString())
    }
  }

  /// Computed with another program: `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac sixteen-bytes-key`.
  @Test func aSignatureCoversTimeAndBody() {
    let body = Array("{\"a\":1}".utf8)
    let key = Array("sixteen-bytes-key".utf8)
    let value = WebhookSignature.value(body: body, secret: key, seconds: 1_700_000_000)
    #expect(value == "t=1700000000,v1=f5841ad01b5c6f721c85f2e888e4f531b462a08d70c1f5f18e5f6e1ce0832b4b")
    var others = [WebhookSignature.value(body: body, secret: key, seconds: 1_700_000_001)]
    others.append(WebhookSignature.value(body: body + [0x20], secret: key, seconds: 1_700_000_000))
    others.append(WebhookSignature.value(body: body, secret: key + [0x20], seconds: 1_700_000_000))
    #expect(Set(others.map { $0.suffix(64) } + [value.suffix(64)]).count == 4)
  }
}

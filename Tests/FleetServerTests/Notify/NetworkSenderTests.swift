import Crypto
import FleetCore
import FleetFormats
import FleetServer
import Foundation
import NIOSSL
import Testing

/// Files of secrets for one test.
private final class Secrets: Sendable {
  let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/sevfleet-secrets-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func file(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
    let path = "\(folder)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }
}

private let sent = Instant(milliseconds: 1_795_000_000_123)

private func news(_ text: String = "bad image", seq: Int64 = 7) -> FleetCore.Notification {
  Notification(
    .halt,
    JournalEntry(
      seq: seq, at: sent, rollout: "r-1", host: nil, event: .rolloutHalted(reason: text)), linkBase: "https://s.example"
  )
}

private func sender(_ change: (inout NotifyBounds) -> Void = { _ in }) -> NetworkSender {
  var bounds = NotifyBounds()
  change(&bounds)
  return NetworkSender(sender: "c0ffee", bounds: bounds, now: { sent })
}

/// Sends, shuts down, and returns what went wrong.
private func failure(
  _ sender: NetworkSender, _ receiver: NotifyReceiver, _ pieces: [FleetCore.Notification] = [news()]
) async -> NotifyFailure? {
  var found: NotifyFailure?
  do throws(NotifyFailure) {
    _ = try await sender.send(pieces, to: receiver)
  } catch {
    found = error
  }
  await sender.shutdown()
  return found
}

@Suite struct WebhookTests {
  private static let secret = "correct horse battery"

  @Test func aBodyIsSignedAndSaysWhatHappened() async throws {
    let secrets = try Secrets()
    let listener = try await HTTPListener.start { _ in 204 }
    let file = try secrets.file("hook", "\(Self.secret)\n")
    let receiver = NotifyReceiver.webhook(
      .init(url: "http://127.0.0.1:\(listener.port)/token-in-path?x=y", secretFile: file))
    #expect(await failure(sender(), receiver, [news("one"), news("two", seq: 8)]) == nil)
    let requests = listener.requests
    #expect(requests.map { $0.headers["x-sevfleet-delivery"] } == ["7", "8"])
    let request = try #require(requests.first)
    #expect(request.line == "POST /token-in-path?x=y HTTP/1.1")
    #expect(request.headers["content-type"] == "application/json" && request.headers["x-sevfleet-event"] == "halt")
    // As a receiver checks it.
    let parts = try #require(request.headers["x-sevfleet-signature"]).split(separator: ",")
    #expect(parts.first == "t=1795000000")
    let code = HMAC<SHA256>.authenticationCode(
      for: Data("1795000000.\(request.body)".utf8), using: SymmetricKey(data: Data(Self.secret.utf8)))
    #expect(parts.last.map(String.init) == "v1=" + code.map { Hex.padded($0, 2) }.joined())
    let body = try #require(try JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [String: Any])
    #expect(body["schema"] as? String == "sevfleet.notification/1" && body["class"] as? String == "halt")
    #expect(body["text"] as? String == "r-1: rollout halted: one" && body["host"] is NSNull)
    #expect(body["link"] as? String == "https://s.example/rollouts/r-1")
    let event = try #require(body["event"] as? [String: Any])
    #expect(Set(event.keys) == ["seq", "at", "kind", "rollout", "text", "data"], "as in history")
    #expect(event["seq"] as? Int == 7 && event["kind"] as? String == "rolloutHalted")
    await listener.stop()
  }

  @Test func onlyTwoHundredsAreTaken() async throws {
    let secrets = try Secrets()
    let file = try secrets.file("hook", Self.secret)
    for (status, isOfMessage) in [
      (301, false), (400, true), (401, false), (404, false), (410, true), (413, true), (415, true), (422, true),
      (429, false), (500, false), (503, false),
    ] {
      let listener = try await HTTPListener.start { _ in status }
      let receiver = NotifyReceiver.webhook(.init(url: "http://127.0.0.1:\(listener.port)/t0ken", secretFile: file))
      let failure = await failure(sender(), receiver)
      #expect(failure == NotifyFailure(.refused, "it answered HTTP \(status)", isOfMessage: isOfMessage))
      #expect(listener.requests.count == 1, "no redirect is followed, and the outbox counts repeats")
      await listener.stop()
    }
  }

  @Test func whoIsNotThereIsUnreachable() async throws {
    let secrets = try Secrets()
    let file = try secrets.file("hook", Self.secret)
    // A port that only root may take: the port of a peer that is gone may be another test's by now.
    let refused = NotifyReceiver.webhook(.init(url: "http://127.0.0.1:1/t0ken", secretFile: file))
    #expect(await failure(sender(), refused)?.kind == .unreachable)
    let silent = try await ScriptedPeer.start { _ in .silence }
    let slow = NotifyReceiver.webhook(.init(url: "http://127.0.0.1:\(silent.port)/t0ken", secretFile: file))
    #expect(await failure(sender { $0.webhook = .milliseconds(200) }, slow)?.kind == .timedOut)
    let closing = try await ScriptedPeer.start { _ in .close }
    let closed = NotifyReceiver.webhook(.init(url: "http://127.0.0.1:\(closing.port)/t0ken", secretFile: file))
    #expect(await failure(sender(), closed)?.kind == .unreachable)
    let plain = NotifyReceiver.webhook(.init(url: "https://127.0.0.1:\(closing.port)/t0ken", secretFile: file))
    let tls = await failure(sender(), plain)
    #expect(tls != nil && tls?.text.contains("t0ken") == false)
    await silent.stop()
    await closing.stop()
  }

  @Test func aSecretThatAnybodyCanReadIsNone() async throws {
    let secrets = try Secrets()
    let listener = try await HTTPListener.start { _ in 200 }
    let url = "http://127.0.0.1:\(listener.port)/"
    for (name, text, mode) in [
      ("open", Self.secret, 0o644), ("short", "0123456789", 0o600), ("empty", "", 0o600),
      ("long", String(repeating: "x", count: 5000), 0o600),
    ] {
      let file = try secrets.file(name, text, mode: mode)
      let failure = await failure(sender(), .webhook(.init(url: url, secretFile: file)))
      #expect(failure?.kind == .badFile && failure?.text.contains(file) == true, "\(name)")
      #expect(text.isEmpty || failure?.text.contains(text) == false)
    }
    for path in [secrets.folder, "\(secrets.folder)/none", "/dev/null"] {
      #expect(await failure(sender(), .webhook(.init(url: url, secretFile: path)))?.kind == .badFile, "\(path)")
    }
    #expect(listener.requests.isEmpty)
    await listener.stop()
  }
}

@Suite struct MailSenderTests {
  private static let password = "p4ss w\u{F6}rd"

  /// A server that takes everything, but for what `special` says otherwise.
  private static func server(
    tls: Bool = true, offer: String = "250-mail.example\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n",
    _ special: @escaping @Sendable (String) -> ScriptedPeer.Answer? = { _ in nil }
  ) async throws -> ScriptedPeer {
    try await ScriptedPeer.start(greeting: "220 mail.example\r\n", certificate: tls ? certificate() : nil) { line in
      if let answer = special(line) { return answer }
      switch line.split(separator: " ").first ?? "" {
      case "EHLO": return .say(offer)
      case "STARTTLS": return .encrypt("220 go ahead\r\n")
      case "AUTH": return .say("235 welcome\r\n")
      case "MAIL", "RCPT": return .say("250 ok\r\n")
      case "DATA": return .say("354 end with a dot\r\n")
      case ".": return .say("250 taken\r\n")
      case "QUIT": return .close
      case _: return .silence
      }
    }
  }

  private static func certificate() throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMBytes(Array(LoopbackCertificate.server.utf8))
    let key = try NIOSSLPrivateKey(bytes: Array(LoopbackCertificate.serverKey.utf8), format: .pem)
    return try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
  }

  private static func mail(
    _ peer: ScriptedPeer, _ secrets: Secrets, startTLS: Bool = true, to: [String] = ["ops@d.example", "b@e.example"],
    trusts: Bool = true
  ) throws -> NotifyReceiver {
    .mail(
      .init(
        host: "127.0.0.1", port: peer.port, startTLS: startTLS, from: "s@x.example", to: to,
        user: startTLS ? "sev" : nil, passwordFile: startTLS ? try secrets.file("password", "\(password)\n") : nil,
        caFile: trusts ? try secrets.file("ca.pem", LoopbackCertificate.authority, mode: 0o644) : nil))
  }

  @Test func nothingButTheGreetingIsInTheClear() async throws {
    let secrets = try Secrets()
    let peer = try await Self.server()
    #expect(await failure(sender(), try Self.mail(peer, secrets), [news("one"), news("two", seq: 8)]) == nil)
    let lines = peer.lines
    #expect(lines.prefix(2).map { $0.split(separator: " ")[0] } == ["EHLO", "STARTTLS"])
    #expect(lines.dropFirst(2).allSatisfy { $0.hasPrefix("*") }, "\(lines)")
    let talk = lines.dropFirst(2).map { String($0.dropFirst()) }
    let login = Data([0] + Array("sev".utf8) + [0] + Array(Self.password.utf8)).base64EncodedString()
    #expect(talk[0].hasPrefix("EHLO "))
    #expect(
      talk[1...5] == [
        "AUTH PLAIN \(login)", "MAIL FROM:<s@x.example>", "RCPT TO:<ops@d.example>", "RCPT TO:<b@e.example>", "DATA",
      ])
    #expect(talk.contains("Subject: sevfleet: halt: r-1: rollout halted: one (and 1 more)"))
    #expect(talk.filter { $0 == "." }.count == 1 && talk.firstIndex(of: ".") == talk.lastIndex(of: "."))
    await peer.stop()
  }

  @Test func plainIsOnlyWhatWasAskedFor() async throws {
    let secrets = try Secrets()
    let peer = try await Self.server(tls: false)
    #expect(await failure(sender(), try Self.mail(peer, secrets, startTLS: false)) == nil)
    #expect(peer.lines.contains("DATA") && !peer.lines.contains { $0.contains("AUTH") || $0.contains("STARTTLS") })
    await peer.stop()
  }

  @Test func withoutTrustNothingIsSent() async throws {
    let secrets = try Secrets()
    let stripped = try await Self.server(offer: "250-mail.example\r\n250 AUTH PLAIN\r\n")
    let unsafe = await failure(sender(), try Self.mail(stripped, secrets))
    #expect(unsafe?.kind == .tlsRefused, "\(String(describing: unsafe))")
    let strange = try await Self.server()
    let untrusted = await failure(sender(), try Self.mail(strange, secrets, trusts: false))
    #expect(untrusted?.kind == .tlsRefused, "\(String(describing: untrusted))")
    // Somebody between us and the server puts commands behind the answer that begins encryption.
    let injecting = try await Self.server { line in
      line == "STARTTLS" ? .encrypt("220 go ahead\r\n250 injected\r\n") : nil
    }
    let injected = await failure(sender(), try Self.mail(injecting, secrets))
    #expect(injected?.kind == .badAnswer, "\(String(describing: injected))")
    for peer in [stripped, strange, injecting] {
      #expect(!peer.lines.contains { $0.contains("MAIL") || $0.contains("AUTH") }, "\(peer.lines)")
      await peer.stop()
    }
  }

  @Test func whatTheServerRefusesIsTold() async throws {
    let secrets = try Secrets()
    let rows: [(at: String, answer: String, kind: NotifyFailure.Kind, isOfMessage: Bool)] = [
      ("EHLO", "502 no\r\n", .refused, false), ("STARTTLS", "454 later\r\n", .refused, false),
      ("AUTH", "535 no, AHNldgBwNHNz\r\n", .refused, false), ("MAIL", "550 not you\r\n", .refused, false),
      ("DATA", "451 later\r\n", .refused, false), (".", "550 5.7.1 spam\r\n", .refused, true),
      (".", "452 disk full\r\n", .refused, false), (".", "what\r\n", .badAnswer, false),
      ("MAIL", "250-endless\r\n250-\(String(repeating: "x", count: 5000))", .badAnswer, false),
    ]
    for row in rows {
      let peer = try await Self.server { line in
        line == row.at || line.hasPrefix("\(row.at) ") ? .say(row.answer) : nil
      }
      let found = await failure(sender(), try Self.mail(peer, secrets))
      #expect(
        found?.kind == row.kind && found?.isOfMessage == row.isOfMessage, "\(row.at) \(String(describing: found))")
      #expect(found?.text.contains("AHNldg") == false, "what may repeat the password is not told")
      await peer.stop()
    }
  }

  @Test func oneRecipientThatIsRefusedIsToldAndKeepsNoOther() async throws {
    let secrets = try Secrets()
    let peer = try await Self.server { $0 == "RCPT TO:<b@e.example>" ? .say("550 no such user\r\n") : nil }
    let one = sender()
    let complaints = try await one.send([news()], to: Self.mail(peer, secrets))
    #expect(complaints == ["b@e.example was refused: 550 no such user"])
    #expect(peer.lines.contains("*."))
    let none = await failure(one, try Self.mail(peer, secrets, to: ["b@e.example"]))
    #expect(none?.kind == .refused && none?.text.contains("no such user") == true)
    #expect(peer.lines.filter { $0 == "*." }.count == 1)
    await peer.stop()
  }

  @Test func aServerThatStopsAnsweringIsLeft() async throws {
    let secrets = try Secrets()
    for word in ["EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "."] {
      for answer in [ScriptedPeer.Answer.silence, .close] {
        let peer = try await Self.server { $0 == word || $0.hasPrefix("\(word) ") ? answer : nil }
        let found = await failure(sender { $0.mail = .milliseconds(400) }, try Self.mail(peer, secrets))
        #expect(found?.kind == .timedOut || found?.kind == .unreachable, "\(word) \(String(describing: found))")
        await peer.stop()
      }
    }
  }
}

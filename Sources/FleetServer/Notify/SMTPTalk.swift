import FleetFormats
import Glibc
import NIOCore
import NIOSSL

/// One conversation with an SMTP server (RFC 5321, 3207, 4954). Every answer is read before the next command goes out.
struct SMTPTalk {
  private let channel: any Channel
  private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private var unread = ByteBuffer()
  private var reader = SMTPReplyReader()
  /// What the server offers, after the newest EHLO.
  private var offer = SMTPReply(code: 250, lines: [])

  init(
    channel: any Channel, inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
    outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) {
    self.channel = channel
    self.inbound = inbound.makeAsyncIterator()
    self.outbound = outbound
  }

  mutating func greet() async throws {
    let greeting = try await reply()
    try Self.check(greeting, "the connection")
    try await hello()
  }

  private mutating func hello() async throws {
    offer = try await ask("EHLO \(Self.ownName)", "EHLO")
  }

  /// Throws where the server offers no encryption: nothing is sent in the clear then.
  mutating func encrypt(_ configuration: TLSConfiguration, host: String) async throws {
    guard offer.offers("STARTTLS") else {
      throw NotifyFailure(.tlsRefused, "it offers no STARTTLS, and nothing is sent without")
    }
    try await ask("STARTTLS", "STARTTLS")
    // Whatever came in the clear behind that answer would be taken for encrypted.
    guard unread.readableBytes == 0 else { throw NotifyFailure(.badAnswer, "it spoke before it was asked") }
    let context = try NIOSSLContext(configuration: configuration)
    let pipeline = channel.pipeline
    // An address is no name to ask for; it is held against the certificate all the same.
    let name = (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
    try await channel.eventLoop.submit {
      try pipeline.syncOperations.addHandler(
        NIOSSLClientHandler(context: context, serverHostname: name), position: .first)
    }.get()
    do {
      try await hello()
    } catch let error as NotifyFailure where error.kind == .refused || error.kind == .badAnswer {
      throw error
    } catch {
      // A handshake that fails closes the connection, and that is often all that is seen of it here.
      throw NetworkErrors.untrusted
    }
  }

  mutating func login(user: String, password: [UInt8]) async throws {
    guard offer.words(of: "AUTH")?.contains("PLAIN") == true else {
      throw NotifyFailure(.refused, "it offers no AUTH PLAIN")
    }
    try await send("AUTH PLAIN \(SMTPText.plain(user: user, password: password))")
    let reply = try await reply()
    // Its words are not told: some servers repeat what they were sent.
    guard reply.code == 235 else { throw NotifyFailure(.refused, "it refused the login with \(reply.code)") }
  }

  /// Returns which recipients were refused, where others were not.
  mutating func deliver(_ message: String, from: String, to: [String]) async throws -> [String] {
    try await ask("MAIL FROM:<\(from)>", "the sender \(from)")
    var refused: [String] = []
    for recipient in to {
      try await send("RCPT TO:<\(recipient)>")
      let reply = try await reply()
      if !reply.isPositive { refused.append("\(recipient) was refused: \(Self.words(reply))") }
    }
    guard refused.count < to.count else { throw NotifyFailure(.refused, refused.joined(separator: "; ")) }
    try await ask("DATA", "DATA")
    try await outbound.write(ByteBuffer(string: SMTPText.data(message)))
    let taken = try await reply()
    guard taken.isPositive else {
      throw NotifyFailure(
        .refused, "it refused the message: \(Self.words(taken))", isOfMessage: taken.isPermanent)
    }
    // It has the message; how it says goodbye changes nothing.
    try? await send("QUIT")
    return refused
  }

  // MARK: Lines

  @discardableResult
  private mutating func ask(_ command: String, _ what: String) async throws -> SMTPReply {
    try await send(command)
    let reply = try await reply()
    try Self.check(reply, what)
    return reply
  }

  private static func check(_ reply: SMTPReply, _ what: String) throws {
    guard reply.isPositive else { throw NotifyFailure(.refused, "it refused \(what): \(words(reply))") }
  }

  private func send(_ command: String) async throws { try await outbound.write(ByteBuffer(string: "\(command)\r\n")) }

  private mutating func reply() async throws -> SMTPReply {
    while true {
      switch reader.take(try await line()) {
      case .more: continue
      case .reply(let reply): return reply
      case .nonsense: throw NotifyFailure(.badAnswer, "its answer is none of SMTP")
      }
    }
  }

  private mutating func line() async throws -> String {
    while true {
      if let end = unread.readableBytesView.firstIndex(of: 0x0A) {
        var bytes = Array(unread.readableBytesView[..<end])
        unread.moveReaderIndex(to: end + 1)
        if bytes.last == 0x0D { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
      }
      guard unread.readableBytes <= NotifyBounds.smtpLine else {
        throw NotifyFailure(.badAnswer, "a line of its answer is longer than \(NotifyBounds.smtpLine) bytes")
      }
      guard var part = try await inbound.next() else { throw NotifyFailure(.unreachable, "it closed the connection") }
      unread.writeBuffer(&part)
    }
  }

  // MARK: Words

  /// What a server said, on one line and bounded.
  private static func words(_ reply: SMTPReply) -> String {
    let text = "\(reply.code) \(reply.lines.joined(separator: " "))"
    return String(text.unicodeScalars.prefix(NotifyBounds.smtpWords).map { $0.value < 0x20 ? " " : Character($0) })
  }

  /// How we call ourselves: the machine's name where it can stand in a command.
  private static let ownName: String = {
    let name = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(HOST_NAME_MAX) + 1) { buffer in
      guard let name = buffer.baseAddress, gethostname(name, buffer.count) == 0 else { return "" }
      return String(cString: name)
    }
    return MailAddress.isAddress("x@\(name)") ? name : "localhost"
  }()
}

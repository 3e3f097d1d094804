import FleetCore
import FleetFormats
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// Sends mail by one SMTP server: one connection a mail.
struct MailSender: Sendable {
  let sender: String
  let bounds: NotifyBounds
  let now: @Sendable () -> Instant

  /// Sent when the server has said 250 to the message. Returns which recipients it would not take.
  func send(_ news: [Notification], by mail: NotifySettings.Mail) async throws(NotifyFailure) -> [String] {
    var password: [UInt8]?
    if let path = mail.passwordFile { password = try SecretFile.read(path, bytes: NotifyBounds.passwordBytes) }
    var tls = TLSConfiguration.makeClientConfiguration()
    if let path = mail.caFile { tls.trustRoots = try NetworkErrors.trust(path) }
    let message = MailText.message(news, from: mail.from, to: mail.to, sender: sender, at: now())
    let (secret, trusted) = (password, tls)
    do {
      return try await Self.within(bounds.mail) {
        try await talk(mail, message: message, password: secret, tls: trusted)
      }
    } catch {
      throw NetworkErrors.failure(error)
    }
  }

  private func talk(
    _ mail: NotifySettings.Mail, message: String, password: [UInt8]?, tls: TLSConfiguration
  ) async throws -> [String] {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(TimeAmount(bounds.connect))
      .connect(host: mail.host, port: mail.port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      var talk = SMTPTalk(channel: channel.channel, inbound: inbound, outbound: outbound)
      try await talk.greet()
      if mail.startTLS { try await talk.encrypt(tls, host: mail.host) }
      if let user = mail.user, let password { try await talk.login(user: user, password: password) }
      return try await talk.deliver(message, from: mail.from, to: mail.to)
    }
  }

  private static func within<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next(), let value = first else {
        throw NotifyFailure(.timedOut, "it did not answer in time")
      }
      return value
    }
  }
}

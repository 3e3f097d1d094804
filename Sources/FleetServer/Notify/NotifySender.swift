package import FleetCore
package import FleetFormats

/// Whatever brings news to a receiver.
package protocol NotifySender: Sendable {
  /// Sends all of them or throws. Returns what a person should hear although it was sent; empty: nothing.
  func send(_ news: [Notification], to receiver: NotifyReceiver) async throws(NotifyFailure) -> [String]
}

/// Over the network.
package struct NetworkSender: NotifySender {
  private let webhooks: WebhookSender
  private let mail: MailSender

  /// `sender`: id of this controller. `now`: the time of the wall.
  package init(sender: String, bounds: NotifyBounds = NotifyBounds(), now: @escaping @Sendable () -> Instant) {
    webhooks = WebhookSender(bounds: bounds, now: now)
    mail = MailSender(sender: sender, bounds: bounds, now: now)
  }

  package func send(_ news: [Notification], to receiver: NotifyReceiver) async throws(NotifyFailure) -> [String] {
    switch receiver {
    case .webhook(let webhook):
      for piece in news { try await webhooks.send(piece, to: webhook) }
      return []
    case .mail(let mail): return try await self.mail.send(news, by: mail)
    }
  }

  package func shutdown() async { await webhooks.shutdown() }
}

package import FleetCore

/// Who is told of what (`inventory/notify.yaml`).
package struct NotifySettings: Hashable, Sendable, Codable {
  /// Where the pages are as people reach them, without a slash at the end.
  package var linkBase: String?
  package var webhooks: [Webhook]
  package var mail: Mail?

  package init(linkBase: String? = nil, webhooks: [Webhook] = [], mail: Mail? = nil) {
    self.linkBase = linkBase
    self.webhooks = webhooks
    self.mail = mail
  }

  package struct Webhook: Hashable, Sendable, Codable {
    /// http or https. Its path may be a secret of its own: only the authority is ever told.
    package var url: String
    /// File of the secret that signs bodies.
    package var secretFile: String
    /// Trusted in place of the system's authorities; `nil`: these are.
    package var caFile: String?
    package var events: Set<NotifyClass>

    package init(
      url: String, secretFile: String, caFile: String? = nil, events: Set<NotifyClass> = Set(NotifyClass.allCases)
    ) {
      self.url = url
      self.secretFile = secretFile
      self.caFile = caFile
      self.events = events
    }
  }

  package struct Mail: Hashable, Sendable, Codable {
    package var host: String
    package var port: Int
    /// Nothing is sent before the connection is encrypted.
    package var startTLS: Bool
    package var from: String
    package var to: [String]
    package var user: String?
    /// File of the user's password.
    package var passwordFile: String?
    /// Trusted in place of the system's authorities; `nil`: these are.
    package var caFile: String?
    package var events: Set<NotifyClass>

    package init(
      host: String, port: Int, startTLS: Bool = true, from: String, to: [String], user: String? = nil,
      passwordFile: String? = nil, caFile: String? = nil, events: Set<NotifyClass> = Set(NotifyClass.allCases)
    ) {
      self.host = host
      self.port = port
      self.startTLS = startTLS
      self.from = from
      self.to = to
      self.user = user
      self.passwordFile = passwordFile
      self.caFile = caFile
      self.events = events
    }
  }

  package var receivers: [NotifyReceiver] { webhooks.map { .webhook($0) } + (mail.map { [.mail($0)] } ?? []) }
}

/// One that is told, for itself and in order.
package enum NotifyReceiver: Hashable, Sendable, Identifiable {
  case webhook(NotifySettings.Webhook)
  case mail(NotifySettings.Mail)

  /// Stable as long as it is the same receiver; says nothing of a webhook's path.
  package var id: String {
    switch self {
    case .webhook(let webhook): "webhook-\(ContentHash.sha256(Array(webhook.url.utf8)).prefix(16))"
    case .mail: "mail"
    }
  }

  /// For people.
  package var name: String {
    switch self {
    case .webhook(let webhook): "webhook \(URLText.authority(webhook.url) ?? id)"
    case .mail(let mail): "mail by \(mail.host):\(mail.port)"
    }
  }

  package var events: Set<NotifyClass> {
    switch self {
    case .webhook(let webhook): webhook.events
    case .mail(let mail): mail.events
    }
  }
}

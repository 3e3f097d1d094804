import FleetCore

/// Reads notify.yaml.
struct NotifyFileReader {
  /// Receivers of a fleet; more are a mailing list's or a relay's work.
  private static let receivers = 20
  private static let recipients = 50

  let paths: PathText
  let log: DiagnosticLog

  func read(_ root: YamlNode) -> NotifySettings {
    var settings = NotifySettings()
    guard let map = YamlMap(root, name: "notify.yaml", keys: ["link_base", "webhooks", "mail"], log: log) else {
      return settings
    }
    if let base = map["link_base"].flatMap(url) {
      settings.linkBase = base.last == "/" ? String(base.dropLast()) : base
    }
    settings.webhooks = webhooks(map["webhooks"]) ?? []
    settings.mail = map["mail"].flatMap(mail)
    return settings
  }

  private func webhooks(_ field: YamlField?) -> [NotifySettings.Webhook]? {
    var urls: Set<String> = []
    return field?.list(maximum: Self.receivers) { field -> NotifySettings.Webhook? in
      guard let map = field.map(keys: ["url", "secret_file", "ca_file", "events"], name: "a webhook") else {
        return nil
      }
      let url = map.required("url").flatMap(self.url)
      let secret = map.required("secret_file").flatMap(self.path)
      let authority = map["ca_file"].flatMap(self.path)
      let events = map["events"].map { self.events($0) } ?? Set(NotifyClass.allCases)
      guard let url, let secret, let events else { return nil }
      guard urls.insert(url).inserted else {
        field.report(.duplicate, "this url is told already")
        return nil
      }
      return NotifySettings.Webhook(url: url, secretFile: secret, caFile: authority, events: events)
    }
  }

  private func mail(_ field: YamlField) -> NotifySettings.Mail? {
    let keys = ["smtp", "starttls", "from", "to", "user", "password_file", "ca_file", "events"]
    guard let map = field.map(keys: keys) else { return nil }
    let server = map.required("smtp").flatMap(self.server)
    let startTLS = map["starttls"].map { $0.boolean() } ?? true
    let from = map.required("from").flatMap(address)
    let to = map.required("to").flatMap { recipients($0) }
    let user = map["user"]?.text("a user's name of printable characters", where: NameText.isPrintable)
    let password = map["password_file"].flatMap(self.path)
    let authority = map["ca_file"].flatMap(self.path)
    let events = map["events"].map { self.events($0) } ?? Set(NotifyClass.allCases)
    if (map["user"] == nil) != (map["password_file"] == nil) {
      field.report(.missingKey, "mail needs both user and password_file, or neither")
    }
    if startTLS == false, let user = map["user"] {
      user.report(.invalidValue, "a password is not sent over a connection without starttls")
      return nil
    }
    guard let server, let startTLS, let from, let to, let events else { return nil }
    return NotifySettings.Mail(
      host: server.host, port: server.port, startTLS: startTLS, from: from, to: to, user: user, passwordFile: password,
      caFile: authority, events: events)
  }

  // MARK: Values

  private func events(_ field: YamlField) -> Set<NotifyClass>? {
    guard let events = field.list(maximum: NotifyClass.allCases.count, { $0.choice(NotifyClass.self) }) else {
      return nil
    }
    guard !events.isEmpty else {
      field.report(.invalidValue, "events names none; without the key all are meant")
      return nil
    }
    guard Set(events).count == events.count else {
      field.report(.duplicate, "an event stands twice in events")
      return nil
    }
    return Set(events)
  }

  private func url(_ field: YamlField) -> String? {
    // The path may be a secret, so the text itself is not repeated.
    guard let text = field.text() else { return nil }
    guard URLText.isWeb(text) else {
      field.report(
        .invalidValue,
        "\(field.name) must be an http or https URL with a host, without user, password, blanks and fragment")
      return nil
    }
    return text
  }

  private func path(_ field: YamlField) -> String? {
    guard let text = field.text("a path", where: NameText.isPrintable) else { return nil }
    guard let path = paths.resolve(text, inFile: log.file) else {
      field.report(.invalidValue, "\(field.name) must be a path, and \"~user/\" is not read")
      return nil
    }
    return path
  }

  /// `mail.example:587`, `[::1]:25`.
  private func server(_ field: YamlField) -> (host: String, port: Int)? {
    let expected = "a host and a port such as mail.example:587"
    guard let text = field.spelling(expected) else { return nil }
    guard URLText.isAuthority(text), let colon = text.lastIndex(of: ":"), !text.hasSuffix("]"),
      let port = URLText.port(text[text.index(after: colon)...])
    else {
      field.report(.invalidValue, "\(field.name) must be \(expected), not \"\(text.shortened)\"")
      return nil
    }
    return (text[..<colon].filter { $0 != "[" && $0 != "]" }, port)
  }

  private func recipients(_ field: YamlField) -> [String]? {
    guard let to = field.list(maximum: Self.recipients, address) else { return nil }
    guard !to.isEmpty else {
      field.report(.invalidValue, "to names nobody")
      return nil
    }
    return to
  }

  private func address(_ field: YamlField) -> String? {
    field.text("a mail address such as ops@example.org", where: MailAddress.isAddress)
  }
}

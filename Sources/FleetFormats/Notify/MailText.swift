package import FleetCore

/// A mail of one or more notifications as it goes over the wire: lines end in CR LF, everything is ASCII.
///
/// What stands in a header is folded to one line or encoded, and the body is base64: no text of a host, a project or a
/// person can begin a header, a part or a command.
package enum MailText {
  /// Characters of a subject that are shown; mail programs cut far before.
  private static let subjectLength = 150
  /// RFC 2045.
  private static let base64Line = 76
  /// RFC 2047: 75 in all, of which 12 are `=?UTF-8?B?` and `?=`; base64 makes four characters of three bytes.
  private static let encodedWordBytes = 45

  /// - Parameters:
  ///   - sender: who writes: an id of this controller, so that two controllers' ids of messages differ.
  ///   - at: when it is sent.
  package static func message(
    _ notifications: [Notification], from: String, to: [String], sender: String, at: Instant
  ) -> String {
    let first = notifications.first
    let domain = from.split(separator: "@").last.map(String.init) ?? "localhost"
    let headers = [
      "From: \(from)", "To: \(to.joined(separator: ",\r\n "))", "Subject: \(encoded(subject(notifications)))",
      "Date: \(date(at))",
      // The same entry makes the same id: a repeat after a crash is seen to be one.
      "Message-ID: <sevfleet.\(sender.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(32)).\(first?.entry.seq ?? 0)@\(domain)>",
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
    ]
    return (headers + [""] + lines(body(notifications))).joined(separator: "\r\n") + "\r\n"
  }

  static func subject(_ notifications: [Notification]) -> String {
    guard let first = notifications.first else { return "sevfleet" }
    let more = notifications.count > 1 ? " (and \(notifications.count - 1) more)" : ""
    let text = flat("sevfleet: \(first.notifyClass.words): \(first.text)")
    let room = subjectLength - more.count
    return (text.count > room ? text.prefix(room - 1) + "…" : text) + more
  }

  static func body(_ notifications: [Notification]) -> String {
    notifications.map { notification in
      let head = "\(notification.entry.at.rfc3339) \(notification.notifyClass.words): \(flat(notification.text))"
      return ([head] + [notification.link].compactMap { $0 }).joined(separator: "\n")
    }.joined(separator: "\n\n") + "\n"
  }

  /// Thu, 26 Nov 2026 08:15:30 +0000
  static func date(_ at: Instant) -> String {
    let text = at.rfc3339
    let time = text.dropFirst(11).prefix(8)
    guard let date = CivilDate(text.prefix(10)) else { return "\(text)" }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let day = "\(date.day < 10 ? "0" : "")\(date.day)"
    let weekday = date.weekday.rawValue
    return
      "\(weekday.prefix(1).uppercased())\(weekday.dropFirst()), \(day) \(months[date.month - 1]) \(date.year) \(time) +0000"
  }

  /// A header's value: as it is where it is short printable ASCII, else in encoded words (RFC 2047).
  static func encoded(_ text: String) -> String {
    let text = flat(text)
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !text.contains("=?") { return text }
    var words: [[UInt8]] = [[]]
    // Between characters only: a word must be whole by itself.
    for character in text {
      let bytes = Array(String(character).utf8)
      if (words.last?.count ?? 0) + bytes.count > encodedWordBytes, words.last?.isEmpty == false { words.append([]) }
      words[words.count - 1] += bytes
    }
    return words.map { "=?UTF-8?B?\(Base64.text($0))?=" }.joined(separator: "\r\n ")
  }

  /// On one line, without control characters.
  private static func flat(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { scalars.append(NameText.isControl(scalar) ? " " : scalar) }
    return String(scalars)
  }

  private static func lines(_ body: String) -> [String] {
    var rest = Base64.text(Array(body.replacing("\n", with: "\r\n").utf8))[...]
    var lines: [String] = []
    while !rest.isEmpty {
      lines.append(String(rest.prefix(base64Line)))
      rest = rest.dropFirst(base64Line)
    }
    return lines
  }
}

extension NotifyClass {
  /// For people.
  package var words: String { rawValue.replacing("_", with: " ") }
}

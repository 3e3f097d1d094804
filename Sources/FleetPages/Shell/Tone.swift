/// What a colour says. A word and a sign always say it too.
package enum Tone: String, CaseIterable, Hashable, Sendable {
  case good, fair, warn, alert, info, busy, bad, idle, quiet

  /// Class of elements in this tone.
  var css: String { "t-\(rawValue)" }
}

/// A short word with its sign, in its tone.
package struct Badge: Hashable, Sendable {
  package var tone: Tone
  package var icon: Icon
  package var word: String

  package init(_ tone: Tone, _ icon: Icon, _ word: String) {
    self.tone = tone
    self.icon = icon
    self.word = word
  }

  package var html: Html {
    Tag.span(.class("badge", tone.css)) {
      icon.html
      word
    }
  }
}

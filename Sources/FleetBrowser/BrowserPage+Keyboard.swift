extension BrowserPage {
  package enum Key: Sendable {
    case tab, enter, space, escape

    /// Name, code of the key, number of the key, and the text it makes.
    fileprivate var parts: (key: String, code: String, number: Int, text: String?) {
      switch self {
      case .tab: ("Tab", "Tab", 9, nil)
      case .enter: ("Enter", "Enter", 13, "\r")
      case .space: (" ", "Space", 32, " ")
      case .escape: ("Escape", "Escape", 27, nil)
      }
    }
  }

  /// Presses a key and lets it go.
  package func press(_ key: Key, shift: Bool = false) async throws(BrowserError) {
    let parts = key.parts
    var fields: [String: BrowserValue] = [
      "key": .string(parts.key), "code": .string(parts.code), "windowsVirtualKeyCode": .number(Double(parts.number)),
      "modifiers": shift ? 8 : 0,
    ]
    var down = fields
    down["type"] = parts.text == nil ? "rawKeyDown" : "keyDown"
    if let text = parts.text { down["text"] = .string(text) }
    try await call("Input.dispatchKeyEvent", down)
    fields["type"] = "keyUp"
    try await call("Input.dispatchKeyEvent", fields)
  }

  /// Types text where the focus is.
  package func type(_ text: String) async throws(BrowserError) {
    try await call("Input.insertText", ["text": .string(text)])
  }
}

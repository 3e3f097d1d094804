/// One attribute. Names come from the program only, values are escaped and quoted, and places are a `Link`.
package struct Attribute: Hashable, Sendable {
  /// With a blank before it, as it stands in a tag.
  let text: String

  private init(_ name: StaticString, _ value: String) { text = " \(name)=\"\(HtmlEscape.text(value))\"" }
  private init(_ name: StaticString) { text = " \(name)" }

  /// Empty names are left out, and with them the whole attribute where none is left.
  package static func `class`(_ names: String...) -> Attribute? {
    let names = names.filter { !$0.isEmpty }
    return names.isEmpty ? nil : Attribute("class", names.joined(separator: " "))
  }
  package static func id(_ id: String) -> Attribute { Attribute("id", id) }
  package static func href(_ link: Link) -> Attribute { Attribute("href", link.text) }
  package static func src(_ link: Link) -> Attribute { Attribute("src", link.text) }
  package static func action(_ link: Link) -> Attribute { Attribute("action", link.text) }
  package static func name(_ name: String) -> Attribute { Attribute("name", name) }
  package static func value(_ value: String) -> Attribute { Attribute("value", value) }
  package static func type(_ type: StaticString) -> Attribute { Attribute("type", "\(type)") }
  package static func role(_ role: StaticString) -> Attribute { Attribute("role", "\(role)") }
  package static func label(_ text: String) -> Attribute { Attribute("aria-label", text) }
  package static func labelled(by id: String) -> Attribute { Attribute("aria-labelledby", id) }
  package static func described(by id: String) -> Attribute { Attribute("aria-describedby", id) }
  package static func tip(_ text: String) -> Attribute { Attribute("title", text) }

  /// An attribute whose values are plain words or numbers. Never a place and never code.
  ///
  /// Refuses what a browser would run or follow, so that a slip of the program is found by any test that renders it.
  package static func plain(_ name: StaticString, _ value: String) -> Attribute {
    let said = "\(name)"
    precondition(
      !said.hasPrefix("on") && !["href", "src", "action", "formaction", "style", "srcdoc"].contains(said),
      "\(said) is no plain attribute")
    return Attribute(name, value)
  }

  /// An attribute without a value, such as `hidden`.
  package static func flag(_ name: StaticString) -> Attribute { Attribute(name) }
}

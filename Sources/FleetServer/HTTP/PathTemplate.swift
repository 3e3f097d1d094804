/// A path with names in place of some of its parts: `/v1/hosts/{host}/why`.
struct PathTemplate: Hashable, Sendable, CustomStringConvertible {
  enum Part: Hashable, Sendable {
    case word(String)
    case name(String)
  }

  let parts: [Part]
  let description: String

  init(_ text: String) {
    description = text
    parts = text.split(separator: "/").map { part in
      part.hasPrefix("{") && part.hasSuffix("}") ? .name(String(part.dropFirst().dropLast())) : .word(String(part))
    }
  }

  var names: [String] {
    parts.compactMap { part in
      if case .name(let name) = part { name } else { nil }
    }
  }

  /// What the names stand for in a path; `nil`: it is another path.
  func match(_ path: [String]) -> [String: String]? {
    guard path.count == parts.count else { return nil }
    var values: [String: String] = [:]
    for (part, text) in zip(parts, path) {
      switch part {
      case .word(let word): if word != text { return nil }
      case .name(let name): values[name] = text
      }
    }
    return values
  }
}

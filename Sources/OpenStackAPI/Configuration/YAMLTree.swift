import Yams

/// YAML with its scalars left as text: a password `0123` must not become a number.
enum YAMLTree: Sendable, Equatable {
  case null
  case scalar(String)
  case sequence([YAMLTree])
  case mapping([String: YAMLTree])

  /// Throws what Yams throws; its texts quote the file, so they are for nobody's eyes (`line(of:)` is).
  init(yaml: String) throws {
    self = try Yams.compose(yaml: yaml).map(Self.init(node:)) ?? .null
  }

  private init(node: Node) {
    switch node {
    case .scalar(let scalar):
      let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
      self = isNull ? .null : .scalar(scalar.string)
    case .sequence(let nodes): self = .sequence(nodes.map(Self.init(node:)))
    case .alias: self = .null  // compose has replaced them by what they stand for
    case .mapping(let pairs):
      var own: [String: YAMLTree] = [:]
      var merged: [String: YAMLTree] = [:]
      for (key, value) in pairs {
        guard let name = key.scalar?.string else { continue }
        let value = Self(node: value)
        if name == "<<" {
          for source in value.list ?? [value] { merged.merge(source.members) { first, _ in first } }
        } else {
          own[name] = value
        }
      }
      self = .mapping(own.merging(merged) { mine, _ in mine })
    }
  }

  subscript(_ key: String) -> YAMLTree? { members[key] }

  var members: [String: YAMLTree] { if case .mapping(let members) = self { members } else { [:] } }
  var list: [YAMLTree]? { if case .sequence(let items) = self { items } else { nil } }
  var text: String? { if case .scalar(let text) = self { text } else { nil } }

  /// `over` laid on top, mapping by mapping; what it does not mention, or mentions as null, stays.
  func overlaid(by over: YAMLTree) -> YAMLTree {
    if over == .null { return self }
    guard case .mapping(let mine) = self, case .mapping(let theirs) = over else { return over }
    return .mapping(mine.merging(theirs) { $0.overlaid(by: $1) })
  }

  /// Line and column of a Yams error, 1-based.
  static func line(of error: any Error) -> String {
    guard let error = error as? YamlError else { return "unreadable" }
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
      return "line \(mark.line), column \(mark.column)"
    case .duplicatedKeysInMapping(_, let context): return "a key twice at line \(context.mark.line)"
    default: return "not YAML"
    }
  }
}

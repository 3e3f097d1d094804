/// A piece of a YAML file with the line it starts on. Scalars keep their spelling: what they mean is their reader's.
struct YamlNode: Hashable, Sendable {
  enum Content: Hashable, Sendable {
    /// `plain`: written without quotes, so that `1.55`, `yes` and `~` do not mean text.
    case scalar(String, plain: Bool)
    case sequence([YamlNode])
    case mapping([Entry])
  }

  struct Entry: Hashable, Sendable {
    var key: String
    var line: Int
    var value: YamlNode
  }

  var content: Content
  /// 1-based.
  var line: Int

  /// Null as YAML 1.2's core schema spells it, or nothing at all.
  var isNull: Bool {
    switch content {
    case .scalar(let text, plain: true): ["", "~", "null", "Null", "NULL"].contains(text)
    case .scalar, .sequence, .mapping: false
    }
  }
}

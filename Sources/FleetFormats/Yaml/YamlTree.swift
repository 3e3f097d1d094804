import Yams

/// Turns the library's nodes into ours; refuses aliases, anchors, tags, keys that are not words, and deep nesting.
struct YamlTree {
  let log: DiagnosticLog
  let restored: (String) -> String

  private static let textTags: Set<String> = ["", "!", Tag.Name.str.rawValue]
  private static let sequenceTags: Set<String> = ["", "!", Tag.Name.seq.rawValue]
  private static let mappingTags: Set<String> = ["", "!", Tag.Name.map.rawValue]

  func node(_ node: Node, depth: Int) -> YamlNode? {
    let line = node.mark?.line ?? 1
    guard depth <= YamlLimits.depth else {
      log.report(.tooDeep, line: line, "nested deeper than \(YamlLimits.depth) levels")
      return nil
    }
    if let anchor = node.anchor {
      log.report(.alias, line: line, "anchors are not supported (&\(anchor.rawValue)); repeat the value instead")
      return nil
    }
    switch node {
    case .scalar(let scalar): return self.scalar(scalar, line: line)
    case .sequence(let sequence):
      guard accepts(sequence.tag, Self.sequenceTags, line) else { return nil }
      return YamlNode(content: .sequence(sequence.compactMap { self.node($0, depth: depth + 1) }), line: line)
    case .mapping(let mapping):
      guard accepts(mapping.tag, Self.mappingTags, line) else { return nil }
      return YamlNode(content: .mapping(entries(mapping, depth: depth)), line: line)
    case .alias:
      log.report(.alias, line: line, "aliases are not supported")
      return nil
    }
  }

  private func scalar(_ scalar: Node.Scalar, line: Int) -> YamlNode? {
    guard accepts(scalar.tag, Self.textTags, line) else { return nil }
    let text = restored(scalar.string)
    switch scalar.style {
    case .plain, .any:
      if text.hasPrefix("*") {
        log.report(.alias, line: line, "aliases are not supported (\(text)); quote the text if it starts with a star")
        return nil
      }
      return YamlNode(content: .scalar(text, plain: true), line: line)
    case .singleQuoted, .doubleQuoted, .literal, .folded:
      return YamlNode(content: .scalar(text, plain: false), line: line)
    }
  }

  private func entries(_ mapping: Node.Mapping, depth: Int) -> [YamlNode.Entry] {
    var entries: [YamlNode.Entry] = []
    var lines: [String: Int] = [:]
    for (key, value) in mapping {
      let line = key.mark?.line ?? 1
      guard case .scalar = key else {
        log.report(.wrongType, line: line, "a key must be a word")
        continue
      }
      guard let name = self.node(key, depth: depth), case .scalar(let text, _) = name.content else { continue }
      let child = self.node(value, depth: depth + 1)
      if let first = lines[text] {
        log.report(.duplicateKey, line: line, "duplicate key \"\(text)\"; it is already on line \(first)")
        continue
      }
      lines[text] = line
      if let child { entries.append(YamlNode.Entry(key: text, line: line, value: child)) }
    }
    return entries
  }

  private func accepts(_ tag: Tag, _ allowed: Set<String>, _ line: Int) -> Bool {
    if allowed.contains(tag.rawValue) { return true }
    log.report(.tag, line: line, "tags are not supported (\(tag.rawValue))")
    return false
  }
}

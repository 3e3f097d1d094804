/// The markup of a document without its texts and values: tags, names of attributes, and nothing that came from outside.
enum MarkupSkeleton {
  /// One line a tag, such as `<a class href>`.
  static func of(_ html: String) -> [String] {
    var tags: [String] = []
    var rest = Substring(html)
    while let start = rest.firstIndex(of: "<") {
      rest = rest[rest.index(after: start)...]
      tags.append(tag(&rest))
    }
    return tags
  }

  /// Reads a tag as a browser does: values in quotes may hold anything but their quote.
  private static func tag(_ rest: inout Substring) -> String {
    var tag = "<"
    while let character = rest.first {
      rest = rest.dropFirst()
      switch character {
      case ">": return tag + ">"
      case "\"", "'":
        rest = rest.drop { $0 != character }.dropFirst()
      case "=": continue
      default: tag.append(character)
      }
    }
    return tag + "…"
  }
}

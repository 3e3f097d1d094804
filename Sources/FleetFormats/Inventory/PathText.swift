/// Paths in inventory files: relative to the file they stand in, `~/` is the caller's home.
package struct PathText: Sendable {
  /// Home folder of the caller, absolute.
  package var home: String

  package init(home: String) { self.home = home }

  /// The path as seen from where the reader runs; `nil` for `~user/…`, which is not read.
  package func resolve(_ path: String, inFile file: String) -> String? {
    if path.hasPrefix("/") { return Self.normalized(path) }
    if path.hasPrefix("~/") { return Self.normalized(home + path.dropFirst(1)) }
    if path.hasPrefix("~") { return nil }
    let folder = Self.folder(of: file)
    return Self.normalized(folder.isEmpty ? path : "\(folder)/\(path)")
  }

  /// The folder part of a path; empty for a bare name.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last component.
  package static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// Without `.`, `//` and, where it can be told from the text alone, `..`.
  package static func normalized(_ path: some StringProtocol) -> String {
    let absolute = path.hasPrefix("/")
    var parts: [Substring] = []
    for part in String(path).split(separator: "/") {
      switch part {
      case ".": continue
      case ".." where parts.last.map { $0 != ".." } ?? false: parts.removeLast()
      case ".." where absolute: continue
      case _: parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    if absolute { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }

  /// How to write `path` into a file of `folder` so that `resolve` finds it again.
  package static func written(_ path: String, inFolder folder: String) -> String {
    if path.hasPrefix("/") { return path }
    let here = normalized(folder).split(separator: "/").filter { $0 != "." }
    let there = normalized(path).split(separator: "/").filter { $0 != "." }
    let common = zip(here, there).prefix { $0 == $1 }.count
    let up = Array(repeating: Substring(".."), count: here.count - common)
    let steps = (up + there.dropFirst(common)).joined(separator: "/")
    // A first `~` would mean the home folder, and nothing would be no path.
    if steps.isEmpty { return "." }
    return steps.hasPrefix("~") ? "./\(steps)" : steps
  }
}

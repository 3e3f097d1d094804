/// Names in one sentence: as many as a reader takes in, and how many more there are.
package enum NameList {
  package static func text(_ names: [String], atMost limit: Int) -> String {
    let shown = names.prefix(limit).joined(separator: ", ")
    return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
  }
}

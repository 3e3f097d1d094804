/// Finds the word an operator probably meant.
enum Suggestion {
  /// The nearest candidate within a third of the length, as `; did you mean "x"?`, else nothing.
  static func text(for word: String, among candidates: some Sequence<String>) -> String {
    guard word.count <= YamlLimits.suggestionLength else { return "" }
    let limit = max(1, word.count / 3)
    let nearest =
      candidates.filter { $0.count <= YamlLimits.suggestionLength }
      .map { (distance: distance(word.lowercased(), $0.lowercased()), word: $0) }
      .filter { $0.distance <= limit }
      .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
    return nearest.map { "; did you mean \"\($0.word)\"?" } ?? ""
  }

  /// Edit distance in which a swap of neighbours is one step (optimal string alignment).
  static func distance(_ left: String, _ right: String) -> Int {
    let (a, b) = (Array(left), Array(right))
    var rows = [Array(0...b.count)]
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var best = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}

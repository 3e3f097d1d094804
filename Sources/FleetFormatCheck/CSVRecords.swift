/// Records of CSV (RFC 4180), read as strictly as ours are written: CRLF, quotes doubled, nothing after a closing quote.
package enum CSVRecords {
  package static func read(_ text: String) -> [[String]] {
    var records: [[String]] = [[]]
    var cell = ""
    var isQuoted = false
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"" where isQuoted && rest.first == "\"": cell.unicodeScalars.append(rest.removeFirst())
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        records[records.count - 1].append(cell)
        cell = ""
      case "\r" where !isQuoted && rest.first == "\n":
        rest.removeFirst()
        records[records.count - 1].append(cell)
        cell = ""
        if !rest.isEmpty { records.append([]) }
      case _: cell.unicodeScalars.append(scalar)
      }
    }
    return records
  }
}

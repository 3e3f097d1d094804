package import FleetCore

/// One thing that is wrong with a file an operator wrote, printed as `file:line: text`.
package struct Diagnostic: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, stable for tests and JSON; the text is for people.
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case unreadable, missingFile, unexpectedFile, tooLarge, notText
    case syntax, tooDeep, alias, tag, severalDocuments
    case unknownKey, duplicateKey, missingKey, wrongType, invalidValue
    case duplicate, unknownName, conflict, mismatch, unsupported
    /// More was wrong than is shown.
    case more
  }

  package var kind: Kind
  package var location: SourceLocation
  package var text: String

  package init(_ kind: Kind, at location: SourceLocation, _ text: String) {
    self.kind = kind
    self.location = location
    self.text = text
  }

  package var description: String { "\(location): \(text)" }
}

/// Everything that is wrong with a set of files, never empty: nothing of them may be used.
package struct Diagnostics: Error, Hashable, Sendable, CustomStringConvertible {
  /// Shown at once: a broken 5000-host inventory must not bury its first errors.
  package static let maximum = 200

  /// By file, then line.
  package let list: [Diagnostic]

  /// `nil` if nothing is wrong.
  package init?(_ list: [Diagnostic]) {
    guard !list.isEmpty else { return nil }
    var sorted = list.enumerated().sorted { left, right in
      let (a, b) = (left.element.location, right.element.location)
      return (a.file, a.line ?? 0, left.offset) < (b.file, b.line ?? 0, right.offset)
    }.map(\.element)
    if sorted.count > Self.maximum {
      let hidden = sorted.count - Self.maximum
      let place = sorted[Self.maximum].location
      sorted.removeLast(hidden)
      sorted.append(Diagnostic(.more, at: place, "\(hidden) further errors from here on are not shown"))
    }
    self.list = sorted
  }

  package init(_ only: Diagnostic) { list = [only] }

  package var description: String { list.map(\.description).joined(separator: "\n") }
}

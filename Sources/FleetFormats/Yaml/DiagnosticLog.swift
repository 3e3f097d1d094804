import FleetCore

/// Collects what is wrong with one file while it is read; reading goes on, so that all errors show at once.
final class DiagnosticLog {
  let file: String
  private(set) var entries: [Diagnostic] = []

  init(file: String) { self.file = file }

  func report(_ kind: Diagnostic.Kind, line: Int?, _ text: String) {
    entries.append(Diagnostic(kind, at: SourceLocation(file: file, line: line), text))
  }
}

import FleetCore

/// A host as one file states it, before groups and defaults are looked at.
struct HostDeclaration {
  /// What is said about Nova.
  enum ComputeWord: Hashable {
    case absent
    /// `null`: not in Nova.
    case none
    case named(String)
  }

  var name: String
  var address: String
  var port: Int?
  var ssh = SSHPatch()
  var compute = ComputeWord.absent
  var failureDomain: String?
  var groups: [String] = []
  var target: FirmwareTarget?
  /// Whether the host has a `target`, readable or not.
  var statesTarget = false
  var policy = PolicyPatch()
  var declaredAt: SourceLocation
  /// Lines of the values that other hosts or files can contradict.
  var lines: [String: Int] = [:]

  func location(of key: String) -> SourceLocation {
    SourceLocation(file: declaredAt.file, line: lines[key] ?? declaredAt.line)
  }
}

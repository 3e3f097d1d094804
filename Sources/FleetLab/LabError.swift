/// Why the lab could not do what was asked.
package struct LabError: Error, Sendable, Equatable, Codable, CustomStringConvertible {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    /// The lab needs to run as root.
    case notRoot
    /// The kernel or the container refuses mount or process namespaces, or a mount inside them.
    case namespacesRefused
    /// A program that the lab runs is not installed.
    case missingTool
    /// A listener could not be opened.
    case listen
    /// A process could not be started.
    case spawn
    /// A file of a simulated host could not be read or written.
    case file
    case unknownHost
    case hostDown
    case guestExists
    /// The host cannot run a guest of this model.
    case guestRefused
    /// The configuration or a control request makes no sense.
    case invalid
    /// The control socket failed or answered something else than expected.
    case control
  }

  package var kind: Kind
  /// One sentence for people.
  package var text: String
  /// What the system said, where it said something.
  package var cause: String?

  package init(_ kind: Kind, _ text: String, cause: String? = nil) {
    self.kind = kind
    self.text = text
    self.cause = cause
  }

  package var description: String {
    guard let cause else { return "\(kind.rawValue): \(text)" }
    return "\(kind.rawValue): \(text) (\(cause))"
  }
}

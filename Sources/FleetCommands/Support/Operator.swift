import Foundation

/// Who types: the name that the journal keeps.
enum Operator {
  /// Behind sudo the person, not root.
  static var name: String {
    let person = ProcessInfo.processInfo.environment["SUDO_USER"] ?? ""
    return person.isEmpty ? ProcessInfo.processInfo.userName : person
  }
}

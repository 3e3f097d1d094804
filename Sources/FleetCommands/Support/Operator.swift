import Foundation

/// Who types: the name that the journal keeps.
enum Operator {
  /// Behind sudo the person, not root.
  static var name: String {
    // Anybody can set the variable; only behind sudo it says who it was.
    let person = getuid() == 0 ? ProcessInfo.processInfo.environment["SUDO_USER"] ?? "" : ""
    return person.isEmpty ? ProcessInfo.processInfo.userName : person
  }
}

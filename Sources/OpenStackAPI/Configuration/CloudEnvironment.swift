import Foundation

/// What the search for a cloud looks at; a value, so that tests need no real home folder.
package struct CloudEnvironment: Sendable {
  package var variables: [String: String]
  package var workingDirectory: String
  package var systemDirectory: String

  package init(variables: [String: String], workingDirectory: String, systemDirectory: String = "/etc/openstack") {
    self.variables = variables
    self.workingDirectory = workingDirectory
    self.systemDirectory = systemDirectory
  }

  /// This process's own.
  package static var process: CloudEnvironment {
    CloudEnvironment(
      variables: ProcessInfo.processInfo.environment, workingDirectory: FileManager.default.currentDirectoryPath)
  }

  /// A variable's value; an empty one counts as not set, as `unset` is easily forgotten.
  subscript(_ name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Folders that may hold clouds.yaml, in the order in which every OpenStack client looks.
  var folders: [String] {
    let user = self["XDG_CONFIG_HOME"] ?? self["HOME"].map { $0 + "/.config" }
    return [workingDirectory] + (user.map { [$0 + "/openstack"] } ?? []) + [systemDirectory]
  }

  /// `~` and `~/…` filled in; relative paths are relative to the working folder.
  func expand(_ path: String) -> String {
    if path == "~" || path.hasPrefix("~/"), let home = self["HOME"] { return home + path.dropFirst() }
    return path.hasPrefix("/") ? path : workingDirectory + "/" + path
  }
}

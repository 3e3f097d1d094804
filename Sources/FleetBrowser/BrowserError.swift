/// Why a browser did not do what a test asked.
package enum BrowserError: Error, Hashable, CustomStringConvertible {
  /// No such program, or it cannot be started: the code of the system.
  case notStarted(program: String, code: Int32)
  /// It ended, or its pipe was cut. What it last said.
  case ended(String)
  /// Nothing came within the bound.
  case late(String)
  /// The browser refused a command.
  case refused(method: String, text: String)
  /// A script of the test threw.
  case threw(script: String, text: String)
  /// A file could not be written.
  case notWritten(String)

  package var description: String {
    switch self {
    case .notStarted(let program, let code): "\(program) cannot be started (error \(code)); scripts/setup installs it"
    case .ended(let last): "the browser ended: \(last)"
    case .late(let what): "no answer in time: \(what)"
    case .refused(let method, let text): "the browser refused \(method): \(text)"
    case .threw(let script, let text): "\(script) threw: \(text)"
    case .notWritten(let path): "\(path) cannot be written"
    }
  }
}

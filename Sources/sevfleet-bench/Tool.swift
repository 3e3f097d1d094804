import Foundation

/// Programs that a measurement runs; one that fails is no figure.
enum Tool {
  struct Failed: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
  }

  /// The program beside this one, from the same build.
  static var sevfleet: String {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("sevfleet").path
  }

  /// Runs a command to its end and returns what it printed. Throws `Failed` where it did not end with 0.
  @discardableResult
  static func run(_ argv: [String], environment: [String: String] = [:]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: argv[0])
    process.arguments = Array(argv.dropFirst())
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed("\(argv.joined(separator: " ")) ended with \(process.terminationStatus): \(output.suffix(2000))")
    }
    return output
  }
}

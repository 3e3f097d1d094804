import ArgumentParser
import FleetFormats
import FleetServer

/// `sevfleet serve`
struct ServeCommand: AsyncParsableCommand {
  /// What the lock says of its holder.
  static let name = "serve"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Runs the schedules after approval, takes over what other commands hand to it, and looks for drift.")

  @OptionGroup var options: GlobalOptions
  @Option(help: "Time between two looks at every host (default: 15m).") var probeEvery: String?
  @Flag(help: "Take the lock from a controller that does not answer any more.") var takeover = false
  @OptionGroup var listening: ListenOptions

  func run() async throws {
    try await Execution.run(options) {
      let interval = try probeEvery.map(Self.interval) ?? ServeFlow.probeInterval
      let server = try listening.configuration()
      let context = try CommandContext(options)
      let held = try await context.seize(Self.name, takesOver: takeover)
      defer { held.release() }
      return try await ServeFlow(context: context, held: held, probeEvery: interval, server: server).run()
    }
  }

  private static func interval(_ text: String) throws -> Duration {
    guard let duration = DurationText.read(text), duration >= .seconds(1) else {
      throw CommandError(
        ExitStatus.usage, "usage", "--probe-every \(text) is no duration of a second or more", expected: "15m",
        found: text)
    }
    return duration
  }
}

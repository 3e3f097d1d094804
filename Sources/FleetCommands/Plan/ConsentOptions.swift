import ArgumentParser
import FleetCore
import Foundation

/// What `apply` and its like must be told before they act.
struct ConsentOptions: ParsableArguments {
  @Option(help: "How many servers may be shut down: the number the plan prints.") var acceptRestarts: Int?
  @Flag(help: "Do not ask.") var yes = false
  @Flag(help: "Take the lock from a controller that does not answer any more.") var takeover = false

  /// Where nobody can answer, nothing is begun, not even a look at a host.
  func checkTerminal() throws {
    guard yes || isatty(0) == 1 else {
      throw CommandError(
        ExitStatus.usage, "notConfirmed", "without a terminal --yes is needed; nothing was done", expected: "--yes")
    }
  }

  /// Throws unless the number of servers that the plan switches off was given (RULES D2) and somebody said yes.
  func ask(_ plan: Plan) throws {
    let restarts = plan.restarts.count
    guard (acceptRestarts ?? 0) == restarts else {
      throw CommandError(
        ExitStatus.usage, "restartsNotAccepted",
        (plan.restartSentence ?? "no server will be shut down")
          + "; nothing was done, --accept-restarts \(restarts) accepts exactly that",
        expected: "--accept-restarts \(restarts)", found: acceptRestarts.map { "--accept-restarts \($0)" })
    }
    if yes { return }
    let what = plan.options.emergency.map { "EMERGENCY (\($0)). " } ?? ""
    // The plan's own lines may have scrolled away; what is taken back is said where it is agreed to.
    if let reopened = plan.reopenSentence { Output.note(reopened) }
    Output.write("\(what)Go on with \(plan.changes.count) host(s)? [y/N] ", to: 2)
    guard let answer = readLine()?.lowercased(), answer == "y" || answer == "yes" else {
      throw CommandError(ExitStatus.usage, "notConfirmed", "nothing was done")
    }
  }
}

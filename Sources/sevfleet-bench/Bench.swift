import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Foundation
import SSHTransport

/// Figures, printed as ratios within one run: this machine is never quiet enough for absolute promises.
@main
enum Bench {
  private static let usage = """
    usage: sevfleet-bench probe [HOSTS] | plan [HOSTS] | compliance [HOSTS] | journal [ENTRIES] | events [READERS]
      | drain BED_FOLDER SEED_COMMAND

    drain wants a bed that is up: BED_FOLDER is its state folder (with clouds.yaml), SEED_COMMAND the `seed` beside its
    `up`; both as absolute paths. SEVFLEET_BED_STATE must name BED_FOLDER too, since `seed` looks there.
    """

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      switch arguments.first {
      case "probe": try await ProbeBench(hosts: arguments.dropFirst().first.flatMap { Int($0) } ?? 200).run()
      case "plan": try PlanBench(hosts: arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000).run()
      case "compliance": try ComplianceBench(hosts: arguments.dropFirst().first.flatMap { Int($0) } ?? 2_000).run()
      case "journal": try JournalBench(entries: arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000).run()
      case "events": try await EventsBench(readers: arguments.dropFirst().first.flatMap { Int($0) } ?? 200).run()
      case "drain" where arguments.count == 3 && arguments.dropFirst().allSatisfy({ $0.hasPrefix("/") }):
        try await DrainBench(bed: arguments[1], seed: arguments[2]).run()
      default:
        print(usage)
        exit(64)
      }
    } catch {
      print("sevfleet-bench: \(error)")
      exit(1)
    }
  }
}

/// One figure beside what it should be.
enum Aim {
  static func text(_ what: String, _ took: Duration, under aim: Duration) -> String {
    let seconds = Double(took.wholeMilliseconds) / 1000
    return "\(what): \(seconds) s (aim: under \(aim.wholeSeconds) s\(took < aim ? "" : ", MISSED"))"
  }
}

/// What a piece of work cost this process, or its children.
struct Cost {
  var wall: Double
  var cpu: Double
  /// Peak resident memory of the process in MB, over its whole life.
  var peak: Double

  static func of(_ who: Int32, _ body: () async throws -> Void) async rethrows -> Cost {
    let before = usage(who)
    let start = ContinuousClock.now
    try await body()
    let wall = Double((ContinuousClock.now - start).wholeMilliseconds) / 1000
    let after = usage(who)
    return Cost(wall: wall, cpu: after.cpu - before.cpu, peak: after.peak)
  }

  private static func usage(_ who: Int32) -> (cpu: Double, peak: Double) {
    var usage = rusage()
    getrusage(who, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return (seconds(usage.ru_utime) + seconds(usage.ru_stime), Double(usage.ru_maxrss) / 1024)
  }
}

/// How long the move of one server takes, by what is to copy and the rate that policy names. It binds nobody.
///
/// A live move copies memory and local disk, a cold one local disk. Where hosts share their storage no disk is copied,
/// and what a guest rewrites meanwhile is copied again: neither is in Nova's answers.
package struct MoveEstimate: Hashable, Sendable, Codable {
  /// MiB of memory.
  package var memoryMB: Int
  /// GiB of local disk.
  package var diskGB: Int
  /// MiB a second (`drain.move_rate`).
  package var rate: Int
  /// Rounded up; with what a cold-moved server is watched for before it is confirmed.
  package var seconds: Int64

  /// A server with more is none that this can be told of: 1 PiB in MiB.
  private static let mostMemory = 1 << 30

  /// `nil`: nothing is copied, or a size is not told.
  package init?(_ server: ComputeServer, _ move: ServerMove.Move, _ policy: Policy.Drain) {
    guard let disk = server.burden?.localDiskGB else { return nil }
    let wait: Int64
    switch move {
    case .live:
      guard let memory = server.memoryMB, (0...Self.mostMemory).contains(memory) else { return nil }
      (memoryMB, wait) = (memory, 0)
    case .cold: (memoryMB, wait) = (0, policy.confirmAfter.wholeSeconds)
    case .stop, .leave, .blocked: return nil
    }
    diskGB = disk
    rate = max(1, policy.moveRate)
    let copies = Int64(memoryMB) + Int64(diskGB) * 1024
    seconds = (copies + Int64(rate) - 1) / Int64(rate) + wait
  }

  /// "16 GiB of memory, up to 80 GiB of local disk".
  package var sizeText: String {
    let memory = memoryMB == 0 ? [] : ["\(Self.gibibytes(memoryMB)) of memory"]
    let disk = diskGB == 0 ? [] : ["up to \(diskGB) GiB of local disk"]
    return (memory + disk).joined(separator: " and ")
  }

  private static func gibibytes(_ mebibytes: Int) -> String {
    mebibytes % 1024 == 0 ? "\(mebibytes / 1024) GiB" : "\(mebibytes) MiB"
  }
}

extension DrainPlan {
  /// Seconds that the moves take one after the other, as Nova does them by default; `nil`: nothing moves, or the time
  /// of one that does is not known.
  package var estimatedSeconds: Int64? {
    let moving = servers.filter { $0.move == .live || $0.move == .cold }
    let times = moving.compactMap(\.estimate?.seconds)
    return moving.isEmpty || times.count < moving.count ? nil : times.reduce(0, +)
  }

  /// What stands against the deadline of the drain; `nil`: nothing that is known.
  package func lateness(_ deadline: Duration) -> String? {
    guard let seconds = estimatedSeconds, seconds > deadline.wholeSeconds else { return nil }
    return
      "its moves take about \(seconds) s one after the other (policy drain.move_rate), more than the drain's deadline "
      + "of \(deadline.wholeSeconds) s"
  }
}

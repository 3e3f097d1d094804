/// Which hosts of a wave may be begun, and what the others wait for.
package struct Admission: Hashable, Sendable {
  /// A host whose servers find no room even when it leaves alone.
  package struct Waiting: Hashable, Sendable {
    package var host: HostID
    package var shortages: [Shortage]
  }

  /// In their order.
  package private(set) var admitted: [HostID] = []
  package private(set) var waiting: [Waiting] = []
  /// Hosts behind those that would not fit beside them: they come when these are back.
  package private(set) var later: [HostID] = []
  private var laterLacks: [Shortage] = []
  /// What nobody could tell, in sentences. It holds nobody back: a drain without room gives the host back (RULES U1).
  package private(set) var unknown: [String] = []

  /// `wave` in order; `leaving` what leaves with each host, where anything does; at most `atOnce` hosts are out at once.
  package init(_ wave: [HostID], leaving: [HostID: LeavingHost], atOnce: Int, check: CapacityCheck) {
    var rest = wave[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(max(1, atOnce))
      let (count, lacking) = fitting(Array(chunk), leaving, check)
      admitted += chunk.prefix(count)
      rest = rest.dropFirst(count)
      if count == chunk.count { continue }
      guard count == 0, let first = chunk.first else {
        // Those at once with the ones that were just admitted would be too many.
        (later, laterLacks) = (Array(rest), lacking)
        return
      }
      waiting.append(Waiting(host: first, shortages: lacking))
      rest = rest.dropFirst()
    }
  }

  private mutating func fitting(
    _ hosts: [HostID], _ leaving: [HostID: LeavingHost], _ check: CapacityCheck
  ) -> (Int, [Shortage]) {
    let loads = hosts.map { leaving[$0] }
    let (count, lacking) = check.largestPrefix(of: loads.compactMap { $0 })
    let known = lacking.filter { $0.resource != .unknown }
    unknown += lacking.filter { $0.resource == .unknown }.map(\.text).filter { !unknown.contains($0) }
    if known.isEmpty { return (hosts.count, []) }
    // Counted in hosts that have a load; those without one are in nobody's way.
    var loaded = 0
    let prefix = loads.prefix { load in
      if load != nil { loaded += 1 }
      return loaded <= count
    }
    return (prefix.count, known)
  }

  /// What the journal says of those that were not admitted; `nil`: all were.
  package var note: String? {
    var parts: [String] = []
    if !waiting.isEmpty {
      let names = Shortage.names(waiting.map(\.host.rawValue))
      parts.append("\(names) wait\(waiting.count == 1 ? "s" : "") for room: \(text(waiting[0].shortages))")
    }
    if !later.isEmpty {
      parts.append(
        "\(Shortage.names(later.map(\.rawValue))) follow\(later.count == 1 ? "s" : "") later: \(text(laterLacks))")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  private func text(_ shortages: [Shortage]) -> String { shortages.map(\.text).joined(separator: "; ") }
}

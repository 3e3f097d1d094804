/// What can go wrong.
package enum SimFault: String, Hashable, Sendable, CaseIterable {
  /// The controller is gone between two instructions, as by `kill -9`.
  case crash
  /// Something was done, and nobody was told.
  case lostReply
  /// Something was asked, and never arrived.
  case lostRequest
  case slowHost, deadHost, refusedReload, fullDisk
  case failingMove, lostMove
  case serverAppears, operatorInterferes, packageUpdates, clockJumps, silentNova
  /// Another controller takes the lease of a host, free or ours.
  case foreignLease
}

/// How often each fault is drawn, and how often it came true.
package struct SimFaults: Hashable, Sendable {
  /// In how many of 1,000 chances it happens; what it is a chance of is said where it is drawn.
  package var permille: [SimFault: Int]
  package var fired: [SimFault: Int] = [:]

  package init(permille: [SimFault: Int] = [:]) { self.permille = permille }

  /// Nothing goes wrong.
  package static let none = SimFaults()

  /// Enough for each kind to come true in most histories, and little enough for hosts to converge.
  package static let some = SimFaults(permille: [
    .crash: 700, .lostReply: 12, .lostRequest: 12, .slowHost: 15, .deadHost: 200, .refusedReload: 120, .fullDisk: 40,
    .failingMove: 100, .lostMove: 60, .serverAppears: 600, .operatorInterferes: 600, .packageUpdates: 700,
    .clockJumps: 700, .silentNova: 6, .foreignLease: 600,
  ])

  func draws(_ fault: SimFault, _ random: inout SimRandom) -> Bool {
    guard let permille = permille[fault], permille > 0 else { return false }
    return random.chance(permille, of: 1000)
  }
}

/// What must hold after every event, whatever goes wrong.
package enum SimInvariant: String, Hashable, Sendable, CaseIterable {
  /// RULES E: no activation while a guest runs on the host.
  case activatedWithGuests
  /// RULES A2: a reload never loads an older file.
  case downgradeByReload
  /// RULES K: never more hosts out of service through us than the budget says.
  case overBudget
  /// RULES O: no file is replaced that no backup on the host holds.
  case replacedWithoutBackup
  /// RULES D4: no server is switched off twice in one rollout.
  case switchedOffTwice
  /// RULES D3: no SEV-ES server is sent where it cannot run.
  case sentWhereItCannotRun
  /// RULES D9: a service that others disabled is never enabled, and their reason never replaced.
  case tookOthersService
  /// RULES U2: every service that we disabled is enabled again, or its host is reported.
  case leftDisabled
  /// RULES O3: no effect happens twice.
  case effectTwice
  /// RULES O3: nothing is done that the journal did not say before.
  case undoneIntent
  /// RULES K: no effect on a host whose lease is another's, once the engine could know it.
  case ignoredLease
  /// Every host ends in a state that is reported.
  case unreported
  /// The journal tells what happened: who is said to have converged runs what was wished, and serves.
  case falseSuccess
}

/// One breach, with what was seen.
package struct SimBreach: Hashable, Sendable, CustomStringConvertible {
  package var invariant: SimInvariant
  package var text: String

  package var description: String { "\(invariant.rawValue): \(text)" }
}

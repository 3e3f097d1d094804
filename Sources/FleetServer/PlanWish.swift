/// What a plan is asked for with, as `plan` has it.
package struct PlanWish: Hashable, Sendable {
  /// Names, globs, `group=NAME` or `domain=NAME`; none means all.
  package var hosts: [String]
  /// As `--to` has it.
  package var target: String?
  /// With the target `backup`: what each host ran before this rollout.
  package var rollout: String?
  package var allowDowngrade: Bool
  package var allowUnknownFloor: Bool
  package var acceptSEVESLoss: Bool
  /// From stored observations only.
  package var offline: Bool

  package init(
    hosts: [String], target: String?, rollout: String?, allowDowngrade: Bool, allowUnknownFloor: Bool,
    acceptSEVESLoss: Bool, offline: Bool
  ) {
    self.hosts = hosts
    self.target = target
    self.rollout = rollout
    self.allowDowngrade = allowDowngrade
    self.allowUnknownFloor = allowUnknownFloor
    self.acceptSEVESLoss = acceptSEVESLoss
    self.offline = offline
  }
}

/// The mark a cordon leaves in Nova: `sevfleet:ROLLOUT:HOST` (RULES D9).
package enum CordonReason {
  package static let prefix = "sevfleet:"

  package static func text(rollout: String, host: HostID) -> String { "\(prefix)\(rollout):\(host)" }
}

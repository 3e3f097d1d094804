/// The lease that lies on a host: which controller has work on it, by the host's own word (RULES K, decision 0017).
package struct HostLease: Hashable, Sendable, Codable {
  /// As it lies there; empty where something lies there that is no lease, or that may not be read.
  package var line: String
  /// Since when, by the host's clock: told to people, compared with nothing.
  package var since: Instant?

  package init(line: String, since: Instant? = nil) {
    self.line = line
    self.since = since
  }

  /// `nil`: no controller wrote this.
  package var holder: LeaseHolder? { LeaseHolder(line: line) }

  /// Whether a controller is the holder; what cannot be read is nobody's that we know.
  package func isHeld(by controller: String?) -> Bool { controller != nil && holder?.controller == controller }

  /// Who, and since when.
  package var text: String {
    let who = holder?.text ?? (line.isEmpty ? "something that cannot be read as a lease" : "an unknown holder: \(line)")
    return since.map { "\(who), since \(Self.text($0)) by the host's clock" } ?? who
  }

  /// What a plan or a run that may not touch the host expects.
  package static let expected = "no lease, or one of this controller"

  /// Why another controller keeps away from the host.
  package var refusal: String {
    "another controller has work on it (\(text)); let that end, or take the host over with `host adopt` if it is gone "
      + "for good"
  }

  /// Seconds are as fine as the host tells.
  private static func text(_ instant: Instant) -> String {
    let seconds = Int(instant.milliseconds / 1000)
    let date = CivilDate(daysSinceEpoch: seconds / 86_400)
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(date)T\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))Z"
  }
}

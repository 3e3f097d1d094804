/// What one compute host has free, as Placement tells it: totals less what is reserved, times the allocation ratio, less
/// what servers and unfinished moves hold.
package struct ComputeRoom: Hashable, Sendable, Codable {
  /// Nova's service host.
  package var host: String
  /// Whether the scheduler may put servers there: enabled, up, not forced down.
  package var takesServers: Bool
  /// Nova's availability zone.
  package var zone: String?
  /// The inventory's failure domain; Nova does not know it, so whoever asks fills it in.
  package var domain: String?
  /// Never negative: a host that holds more than it may has nothing free.
  package var freeVCPUs: Int
  /// MiB.
  package var freeMemoryMB: Int
  /// Free encryption contexts by model; a model that is absent is not offered.
  package var freeSlots: [EncryptionModel: Int]

  package init(
    host: String, takesServers: Bool = true, zone: String? = nil, domain: String? = nil, freeVCPUs: Int,
    freeMemoryMB: Int, freeSlots: [EncryptionModel: Int] = [:]
  ) {
    self.host = host
    self.takesServers = takesServers
    self.zone = zone
    self.domain = domain
    self.freeVCPUs = max(0, freeVCPUs)
    self.freeMemoryMB = max(0, freeMemoryMB)
    self.freeSlots = freeSlots.mapValues { max(0, $0) }
  }
}

/// One thing that the rest of the fleet lacks, in one place.
package struct Shortage: Hashable, Sendable, Codable {
  package enum Resource: Hashable, Sendable, Codable {
    case vcpus
    case memoryMB
    case encryption(EncryptionModel)
    /// The sums suffice, but no packing was found; counted in servers.
    case oneHost
    /// Sizes, models or the host's own place that nobody told; counted in servers.
    case unknown
  }

  /// Zone or failure domain; `nil`: hosts that have none.
  package var place: String?
  package var resource: Resource
  package var needed: Int
  package var free: Int
  /// One sentence for the operator.
  package var text: String

  package var missing: Int { max(0, needed - free) }

  package init(place: String?, resource: Resource, needed: Int, free: Int, text: String) {
    self.place = place
    self.resource = resource
    self.needed = needed
    self.free = free
    self.text = text
  }
}

extension Shortage {
  /// Names listed in a sentence; more would hide the numbers.
  static let maxNames = 4

  static func names(_ all: [String]) -> String { NameList.text(all, atMost: maxNames) }

  /// `az1: ` or nothing.
  static func prefix(_ place: String?) -> String { place.map { "\($0): " } ?? "" }

  static func sum(_ resource: Resource, place: String?, needed: Int, free: Int, hosts: [String]) -> Shortage {
    let unit =
      switch resource {
      case .vcpus: "vCPUs"
      case .memoryMB: "MB of memory"
      case .encryption(let model): "\(model.rawValue) slots"
      case .oneHost, .unknown: "servers"
      }
    return Shortage(
      place: place, resource: resource, needed: needed, free: free,
      text: "\(prefix(place))\(needed - free) \(unit) are missing: the servers of \(names(hosts)) need \(needed), "
        + "the other hosts have \(free) free")
  }

  static func oneHost(place: String?, unplaced: [ServerNeed], all: Int) -> Shortage {
    let server = unplaced.first
    let slot = server.flatMap { $0.contexts > 0 ? ", with a \($0.model.rawValue) slot" : nil } ?? ""
    return Shortage(
      place: place, resource: .oneHost, needed: all, free: all - unplaced.count,
      text: "\(prefix(place))for \(unplaced.count) of \(all) servers no single host has room left, such as "
        + "\(server?.id ?? "") with \(server?.vcpus ?? 0) vCPUs and \(server?.memoryMB ?? 0) MB\(slot)")
  }

  static func unknown(place: String?, servers: [String], why: String) -> Shortage {
    Shortage(
      place: place, resource: .unknown, needed: servers.count, free: 0,
      text: "\(prefix(place))\(why) of \(names(servers)), so nobody can say whether there is room")
  }
}

/// The words of one nova.conf that the guide speaks of; `nil`: the file does not set it.
package struct NovaConf: Hashable, Sendable, Codable {
  package var path: String
  /// As the running nova-compute sees it, which may be in a container.
  package var isInContainer: Bool
  package var ramAllocationRatio: String?
  package var virtType: String?
  package var hwMachineType: String?
  package var cpuMode: String?
  /// Names of scheduler filters; `nil` also where the value goes on in further lines.
  package var enabledFilters: [String]?

  package init(
    path: String, isInContainer: Bool = false, ramAllocationRatio: String? = nil, virtType: String? = nil,
    hwMachineType: String? = nil, cpuMode: String? = nil, enabledFilters: [String]? = nil
  ) {
    self.path = path
    self.isInContainer = isInContainer
    self.ramAllocationRatio = ramAllocationRatio
    self.virtType = virtType
    self.hwMachineType = hwMachineType
    self.cpuMode = cpuMode
    self.enabledFilters = enabledFilters
  }

  /// Where it is, for people.
  package var place: String { isInContainer ? "\(path) of nova-compute's own root" : path }
}

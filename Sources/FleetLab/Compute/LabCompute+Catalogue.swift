/// What an administrator sets of flavors, images and aggregates while the cloud runs. None of it is in the audit.
extension LabCompute {
  // MARK: Flavors

  /// Sets extra specs of a flavor for servers still to come; an empty text removes the key.
  package func setExtraSpecs(_ extraSpecs: [String: String], of name: String) {
    guard let flavor = flavors.first(where: { $0.name == name }) else { return }
    var specs = flavor.extraSpecs
    for (key, value) in extraSpecs { specs[key] = value.isEmpty ? nil : value }
    let changed = NovaFlavor(
      id: flavor.id, number: flavor.number, name: name, vcpus: flavor.vcpus, memoryMB: flavor.memoryMB,
      diskGB: flavor.diskGB, extraSpecs: specs)
    flavors = flavors.map { $0.name == name ? changed : $0 }
  }

  package func removeFlavor(_ name: String) { flavors.removeAll { $0.name == name } }

  /// Names and extra specs of every flavor.
  package func allFlavors() -> [String: [String: String]] {
    Dictionary(flavors.map { ($0.name, $0.extraSpecs) }, uniquingKeysWith: { $1 })
  }

  // MARK: Images

  package func removeImage(_ id: String) { images.removeAll { $0.id == id } }

  /// Only the images that are there from the start.
  package func resetImages() { images = [.plain, .uefi, .stateless] }

  package func removeAllImages() { images = [] }

  // MARK: Aggregates

  /// Sets metadata of an aggregate; an empty text removes the key.
  package func setMetadata(_ metadata: [String: String], ofAggregate name: String) {
    for index in aggregates.indices where aggregates[index].name == name {
      for (key, value) in metadata { aggregates[index].metadata[key] = value.isEmpty ? nil : value }
    }
  }

  package func removeHost(_ host: String, fromAggregate name: String) {
    for index in aggregates.indices where aggregates[index].name == name {
      aggregates[index].hosts.removeAll { $0 == host }
    }
  }

  package func removeAggregate(_ name: String) { aggregates.removeAll { $0.name == name } }

  // MARK: Hosts

  /// What nova-compute reports of `ram_allocation_ratio`.
  package func setMemoryRatio(_ ratio: Double, on host: String) { hosts[host]?.memoryRatio = ratio }
}

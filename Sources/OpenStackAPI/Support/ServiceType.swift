/// The services that are called, by their type in the catalog.
package enum ServiceType: String, Sendable, Hashable, CaseIterable {
  case identity, compute, placement, image, blockStorage

  /// The official type.
  package var word: String {
    switch self {
    case .identity: "identity"
    case .compute: "compute"
    case .placement: "placement"
    case .image: "image"
    case .blockStorage: "block-storage"
    }
  }

  /// Types that catalogs use for it, the best one first.
  var catalogTypes: [String] {
    switch self {
    case .identity, .compute, .placement, .image: [word]
    case .blockStorage: ["volumev3", "block-storage", "block-store"]
    }
  }

  /// Prefixes of `…_endpoint_override` in clouds.yaml.
  var overrideKeys: [String] {
    switch self {
    case .identity, .compute, .placement, .image: [word]
    case .blockStorage: ["block_storage", "volumev3", "volume"]
    }
  }
}

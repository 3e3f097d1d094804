/// Packages that own firmware files of the host, and what is done about them (RULES P).
extension Decision {
  func packageTreatment(_ seen: Seen, _ wish: Wish, policy: Policy) throws(Exclusion) -> PackageTreatment? {
    let owners = owners(seen, wish, policy: policy)
    guard let owner = owners.first else { return nil }
    if wish.isFactory, policy.packages == .accept {
      throw Exclusion(
        .prerequisite, rule: "P", expected: "packages: hold, divert or updates", found: "accept",
        "\(owner) would bring its file back; factory needs a packages policy of hold, divert or updates")
    }
    if wish.isFactory, policy.packages == .hold, owners.count > 1 {
      throw Exclusion(
        .prerequisite, rule: "P", expected: "files of one package", found: owners.joined(separator: ", "),
        "\(owners.joined(separator: " and ")) own its files, and a hold is of one package")
    }
    return PackageTreatment(name: owner, treatment: policy.packages)
  }

  /// Packages that own the winner or the file that staging would overwrite, the winner's first; factory takes away
  /// every file that could be loaded.
  func owners(_ seen: Seen, _ wish: Wish, policy: Policy) -> [String] {
    let order = seen.files.order
    let staged = wish.image.map { stagePath($0, policy) }
    let concerned = wish.isFactory ? order : order.prefix(1) + seen.observation.files.filter { $0.path == staged }
    var owners: [String] = []
    for owner in concerned.compactMap(\.package) where !owners.contains(owner) { owners.append(owner) }
    return owners
  }

  /// Which file of the package is meant, what policy does, and what an upgrade of the package would do to it.
  func packageReasons(_ seen: Seen, _ wish: Wish, _ package: PackageTreatment, policy: Policy) -> [Reason] {
    let file = seen.files.winner?.package == package.name ? "the winning file" : "a file that is replaced"
    let next = pending(package, seen.observation)
    let first = Reason("P", "\(package.name) owns \(file); treatment: \(package.treatment.rawValue)\(next)")
    return [first]
      + owners(seen, wish, policy: policy).dropFirst().map {
        Reason("P", "\($0) owns another file that is replaced, and stays as it is")
      }
  }

  private func pending(_ package: PackageTreatment, _ seen: Observation) -> String {
    guard let version = seen.pendingPackages?.first(where: { $0.name == package.name })?.pending else { return "" }
    if seen.heldPackages.contains(package.name) { return "; version \(version) is pending, and the package is held" }
    switch package.treatment {
    case .accept: return "; version \(version) is pending and would overwrite it"
    case .hold, .divert, .updates: return "; version \(version) is pending"
    }
  }
}

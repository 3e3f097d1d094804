extension CloudAuditor {
  var flavorFaults: [CloudFault] {
    flavors.filter { $0.extraSpecs != nil }.flatMap { flavor in
      spelling(flavor) + wording(flavor) + service(flavor) + [imageless(flavor), attestation(flavor)].compactMap { $0 }
    }
  }

  private func spelling(_ flavor: CloudFlavor) -> [CloudFault] {
    EncryptionWord.allCases.map(\.onImage).filter { flavor.extraSpecs?[$0] != nil }.map {
      .flavorSpelling(flavor, key: $0)
    }
  }

  /// One that speaks in the wrong spelling means to ask for encryption: nobody should be told to forbid it.
  private func wording(_ flavor: CloudFlavor) -> [CloudFault] {
    let specs = flavor.extraSpecs ?? [:]
    let misspells = EncryptionWord.allCases.contains { $0.isForFlavors && specs[$0.onImage] != nil }
    if let model = flavor.wish.model {
      let isKnown = EncryptionModel.encrypted.contains { $0.novaWord == model }
      if !isKnown || (!flavor.wish.isAsked && !misspells) {
        return [.flavorContradicts(flavor, model: model, isKnown: isKnown)]
      }
    }
    if flavor.wish.isAsked || misspells || EncryptionWord.isFalse(specs["hw:mem_encryption"]) { return [] }
    return [.flavorOpen(flavor)]
  }

  // MARK: Who runs it

  private func service(_ flavor: CloudFlavor) -> [CloudFault] {
    let model = flavor.wish.encryption
    guard EncryptionModel.encrypted.contains(model), setUp.hosts.value != nil else { return [] }
    let able = hosts.filter { $0.serves(model) != false }
    if able.isEmpty { return [.flavorUnserved(flavor, model)] }
    guard model == .sevES, able.allSatisfy({ $0.refusesSEVESAfterTarget == true }) else { return [] }
    return [.flavorUnservedSoon(flavor, hosts: able.map(\.name))]
  }

  private func imageless(_ flavor: CloudFlavor) -> CloudFault? {
    guard flavor.wish.isAsked, setUp.images.value != nil else { return nil }
    let candidates = images.filter { !$0.forbidsEncryption && flavor.wish.joined($0.wish) != nil }
    let lacks = candidates.map { (image: $0, missing: $0.missing(for: flavor.wish.joined($0.wish)?.encryption)) }
    guard !lacks.contains(where: \.missing.isEmpty) else { return nil }
    let nearest = lacks.min { ($0.missing.count, $0.image.name) < ($1.missing.count, $1.image.name) }
    return .flavorWithoutImage(flavor, nearest: nearest?.image, missing: nearest?.missing ?? [])
  }

  // MARK: Attestation

  private func attestation(_ flavor: CloudFlavor) -> CloudFault? {
    guard flavor.wish.encryption == .sevSNP, flavor.extraSpecs?[CloudAudit.vcpuModelKey] == nil else { return nil }
    let able = hosts.filter { $0.serves(.sevSNP) != false }.compactMap(\.generation)
    let counts = Dictionary(grouping: able) { $0 }.mapValues(\.count)
    let usual = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    return .vcpuModelHidden(flavor, suggestion: Self.cpuModel(usual))
  }

  /// QEMU's model for one of AMD's code names.
  private static func cpuModel(_ generation: String?) -> String {
    switch generation {
    case "Rome"?: "EPYC-Rome"
    case "Milan"?: "EPYC-Milan"
    case "Genoa"?, "Bergamo/Siena"?: "EPYC-Genoa"
    case "Turin"?: "EPYC-Turin"
    case .some, nil: "EPYC"
    }
  }
}

extension CloudImage {
  var forbidsEncryption: Bool { EncryptionWord.isFalse(properties["hw_mem_encryption"]) }
  var isQ35: Bool {
    let type = properties["hw_machine_type"] ?? ""
    return type == "q35" || type.hasPrefix("pc-q35")
  }
  var isUEFI: Bool { properties["hw_firmware_type"]?.lowercased() == "uefi" }
  var isStateless: Bool { EncryptionWord.isTrue(properties["hw_firmware_stateless"]) }

  /// Properties that an encrypted guest of a model needs and the image does not set.
  func missing(for model: EncryptionModel?) -> [String] {
    var missing: [String] = []
    if !isQ35 { missing.append("hw_machine_type=q35") }
    if !isUEFI { missing.append("hw_firmware_type=uefi") }
    if model == .sevSNP, !isStateless { missing.append("hw_firmware_stateless=true") }
    return missing
  }
}

extension CloudAuditor {
  var imageFaults: [CloudFault] { images.flatMap { spelling($0) + wording($0) + firmware($0) } }

  private func spelling(_ image: CloudImage) -> [CloudFault] {
    EncryptionWord.allCases.map(\.onFlavor).filter { image.properties[$0] != nil }.map {
      .imageSpelling(image, key: $0)
    }
  }

  /// An image may name a model alone: it then serves servers with and without encryption.
  private func wording(_ image: CloudImage) -> [CloudFault] {
    guard let model = image.wish.model else { return [] }
    let isKnown = EncryptionModel.encrypted.contains { $0.novaWord == model }
    guard !isKnown || image.forbidsEncryption else { return [] }
    return [.imageContradicts(image, model: model, isKnown: isKnown)]
  }

  private func firmware(_ image: CloudImage) -> [CloudFault] {
    guard image.wish.isAsked else { return [] }
    var faults: [CloudFault] = []
    if !image.isQ35 { faults.append(.imageMachineType(image)) }
    if !image.isUEFI { faults.append(.imageFirmware(image)) }
    if image.wish.encryption == .sevSNP, !image.isStateless { faults.append(.imageStateful(image)) }
    // A model that nobody knows is told of already.
    if setUp.flavors.value != nil, image.wish.encryption != .unknown,
      !flavors.contains(where: { Self.fits($0, image) })
    {
      faults.append(.imageWithoutFlavor(image))
    }
    return faults
  }

  /// A flavor that says nothing leaves it to the image.
  private static func fits(_ flavor: CloudFlavor, _ image: CloudImage) -> Bool {
    guard let specs = flavor.extraSpecs else { return true }
    let word = specs["hw:mem_encryption"]
    return (word == nil || EncryptionWord.isTrue(word)) && flavor.wish.joined(image.wish) != nil
  }
}

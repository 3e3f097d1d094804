/// Which kinds of encrypted guests a test of this cloud can run: those that some host is known to start now.
package struct TempestModes: Hashable, Sendable {
  /// Why a mode is left out.
  package struct LeftOut: Hashable, Sendable {
    package var model: EncryptionModel
    package var why: String
  }

  package struct Mode: Hashable, Sendable {
    package var model: EncryptionModel
    /// Hosts that run it, by Nova's names, sorted.
    package var hosts: [String]
    /// The first flavor that asks for it; `nil`: there is none.
    package var flavor: CloudFlavor?
    /// An image that fits it; `nil`: there is none, or the images were not read.
    package var image: CloudImage?
  }

  package var modes: [Mode]
  package var leftOut: [LeftOut]

  package init(_ setUp: CloudSetUp) {
    let auditor = CloudAuditor(setUp)
    modes = []
    leftOut = []
    for model in EncryptionModel.encrypted {
      let able = auditor.hosts.filter { $0.serves(model) == true }.map(\.name)
      guard !able.isEmpty else {
        leftOut.append(LeftOut(model: model, why: Self.why(model, auditor.hosts)))
        continue
      }
      modes.append(
        Mode(
          model: model, hosts: able, flavor: auditor.sevFlavors.first { $0.wish.encryption == model },
          image: auditor.images.first { image in
            !image.forbidsEncryption && image.missing(for: model).isEmpty
              && EncryptionWish(isAsked: true, model: model.novaWord).joined(image.wish) != nil
          }))
    }
  }

  private static func why(_ model: EncryptionModel, _ hosts: [CloudHost]) -> String {
    let lost = hosts.filter { $0.verdict(model) == .lost }.map(\.name)
    if model == .sevES, !lost.isEmpty, hosts.contains(where: { $0.verdict(.sevSNP) == .usable }) {
      return "the firmware of \(NameList.text(lost, atMost: 5)) refuses SEV-ES while SNP is on (FACTS 1.4)"
    }
    if !lost.isEmpty { return "it is lost on \(NameList.text(lost, atMost: 5))" }
    let maybe = hosts.filter { $0.serves(model) == nil && ($0.offer.value?.slots[model] ?? 1) > 0 }.map(\.name)
    if !maybe.isEmpty { return "nobody can tell whether \(NameList.text(maybe, atMost: 5)) can" }
    return "no host offers it"
  }
}

/// What a flavor, an image or a volume asks of a server's memory encryption (RULES D1).
///
/// Nova takes the wish from either side and the model from either side, so that a flavor may say "encrypted" and the
/// image "with SEV-ES".
package struct EncryptionWish: Hashable, Sendable {
  package var isAsked: Bool
  /// As it is written; `nil`: this side names none.
  package var model: String?

  package init(isAsked: Bool = false, model: String? = nil) {
    self.isAsked = isAsked
    self.model = model
  }

  /// `prefix` is `hw:` for extra specs and `hw_` for image properties.
  package init(_ properties: [String: String], prefix: String) {
    let wish = properties["\(prefix)mem_encryption"]?.lowercased() ?? ""
    isAsked = ["true", "1", "yes", "on", "t", "y"].contains(wish)
    model = properties["\(prefix)mem_encryption_model"]?.lowercased()
  }

  /// Whether the other side can change nothing: Nova refuses to build a server whose two models differ.
  package var isComplete: Bool { isAsked && model != nil }

  /// Both sides taken together; `nil`: they name different models, and neither may be chosen.
  package func joined(_ other: EncryptionWish) -> EncryptionWish? {
    let isAsked = isAsked || other.isAsked
    if isAsked, let model, let second = other.model, model != second { return nil }
    return EncryptionWish(isAsked: isAsked, model: model ?? other.model)
  }

  /// The model that is asked for; one that is not known is unknown, never the default.
  package var encryption: EncryptionModel {
    guard isAsked else { return .none }
    switch model {
    case nil, "amd-sev"?: return .sev
    case "amd-sev-es"?: return .sevES
    case "amd-sev-snp"?: return .sevSNP
    case .some: return .unknown
    }
  }
}

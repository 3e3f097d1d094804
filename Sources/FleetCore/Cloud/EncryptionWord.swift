/// The names of the properties that speak of memory encryption, in both spellings: `hw:` on flavors, `hw_` on images.
enum EncryptionWord: String, CaseIterable {
  case encryption = "mem_encryption"
  case model = "mem_encryption_model"
  case machineType = "machine_type"
  case firmwareType = "firmware_type"
  case stateless = "firmware_stateless"

  var onFlavor: String { "hw:\(rawValue)" }
  var onImage: String { "hw_\(rawValue)" }

  /// Whether a flavor may have it at all; the others are the image's alone.
  var isForFlavors: Bool {
    switch self {
    case .encryption, .model: true
    case .machineType, .firmwareType, .stateless: false
    }
  }

  /// Whether a text is a plain no. What is neither yes nor no is no to Nova, and no rule to a reader.
  static func isFalse(_ text: String?) -> Bool {
    ["false", "0", "no", "off", "n", "f"].contains(text?.lowercased() ?? "")
  }

  static func isTrue(_ text: String?) -> Bool {
    ["true", "1", "yes", "on", "t", "y"].contains(text?.lowercased() ?? "")
  }
}

extension EncryptionModel {
  /// Nova's word for it.
  package var novaWord: String {
    switch self {
    case .none: "none"
    case .sev: "amd-sev"
    case .sevES: "amd-sev-es"
    case .sevSNP: "amd-sev-snp"
    case .unknown: "unknown"
    }
  }

  /// The models that Nova can be asked for.
  package static let encrypted: [EncryptionModel] = [.sev, .sevES, .sevSNP]
}

package import FleetCore

/// Reads what may stand for a target: a name, an exact version, `factory` or `backup`.
package enum TargetText {
  package static let factory = "factory"
  package static let backup = "backup"

  /// Why a text is no target.
  package enum Problem: Error, Hashable, Sendable {
    /// It looks like a version and is none.
    case notAVersion(String)
    /// No named target is called so; the hint may be empty.
    case unknownName(String, hint: String)

    package var text: String {
      switch self {
      case .notAVersion(let text):
        "\"\(text)\" is not a version: three decimal numbers from 0 to 255 such as 1.55.36, or hex as 0x1.37.24"
      case .unknownName(let text, let hint): "no target is called \"\(text)\"\(hint)"
      }
    }
  }

  /// `backup` is read too; only the command line may use it.
  package static func read(_ text: String, named targets: [NamedTarget]) -> Result<FirmwareTarget, Problem> {
    if text == factory { return .success(.factory) }
    if text == backup { return .success(.backup) }
    if let version = FirmwareVersion(text) { return .success(.version(version)) }
    if let named = targets.first(where: { $0.name == text }) { return .success(named.target) }
    if looksLikeVersion(text) { return .failure(.notAVersion(text.shortened)) }
    let hint = Suggestion.text(for: text, among: targets.map(\.name) + [factory])
    return .failure(.unknownName(text.shortened, hint: hint))
  }

  /// Whether a text would be read, or misread, as a version: no name may look like this.
  static func looksLikeVersion(_ text: String) -> Bool {
    let body = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
    return !body.isEmpty && body.allSatisfy { $0 == "." || ($0.isASCII && $0.isHexDigit) }
      && (body.contains(".") || body.allSatisfy(\.isNumber))
  }
}

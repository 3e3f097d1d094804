import FleetCore

extension CatalogReader {
  /// Whether a path is that of signed facts, of an import before, or of their key.
  static func isOfSignedFacts(_ path: String) -> Bool {
    path == SignedFacts.fileName || path == SignedFacts.keyName || SignedFacts.number(kept: path) != nil
  }

  /// Signed facts over the built-in ones, checked whenever they are read: a file that somebody edited is no fact.
  mutating func readSignedFacts(_ files: [CatalogFile]) {
    let base = facts
    let kept = files.compactMap { file in SignedFacts.number(kept: file.path).map { (number: $0, file: file) } }
    let current = files.first { $0.path == SignedFacts.fileName }
    guard current != nil || !kept.isEmpty else { return }
    guard let key = files.first(where: { $0.path == SignedFacts.keyName }), case .text(let pem) = key.content else {
      return report(
        current?.path ?? kept[0].file.path, .missingFile, "\(SignedFacts.keyName) is missing, the key to check it with")
    }
    if let current, let read = signed(current, pem, over: base) { facts = read }
    facts.earlier = kept.sorted { $0.number > $1.number }.compactMap { signed($0.file, pem, over: base)?.facts }
  }

  private mutating func signed(_ file: CatalogFile, _ pem: [UInt8], over base: FactsFile) -> FactsFile? {
    guard case .text(let bytes) = file.content, let signed = SignedFacts(file: bytes) else {
      report(file.path, .invalidValue, "it does not begin with an Ed25519 signature in Base64, alone on its line")
      return nil
    }
    switch signed.isSigned(pem: pem) {
    case nil: report(SignedFacts.keyName, .invalidValue, "it is no Ed25519 public key in PEM")
    case false?:
      report(file.path, .mismatch, "its signature is not that of \(SignedFacts.keyName) over what follows it")
    case true?:
      switch FactsFile.read(signed.payload, file: "\(folder)/\(file.path)", over: base) {
      case .success(let read): return read
      // Lines count from the payload's first one.
      case .failure(let found): diagnostics += found.list
      }
    }
    return nil
  }
}

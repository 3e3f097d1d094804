import ArgumentParser
import FleetFormats

/// `sevfleet report verify FILE`
struct ReportVerify: AsyncParsableCommand {
  /// Bytes of a report: ten times that of 10,000 hosts with every bulletin.
  private static let largestReport = 1 << 30

  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks that a report is as it was signed, and with which key.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The report.") var file: String
  @Option(help: ArgumentHelp("The public key (PEM) that it must be signed with.", valueName: "key-file"))
  var key: String
  @Option(help: "Its signature, raw or in Base64; FILE.sig where it is not given.") var signature: String?

  func run() async throws {
    try await Execution.run(options) {
      let key = try readKey()
      let path = signature ?? file + DetachedSignature.suffix
      let bytes = try WholeFile.read(path, limit: DetachedSignature.largestFile)
      guard let found = DetachedSignature(file: bytes) else {
        throw CommandError(
          ExitStatus.badInput, "badSignature", "\(path) is no Ed25519 signature",
          expected: "\(DetachedSignature.size) bytes, or Base64", found: "\(bytes.count) bytes")
      }
      let content = try WholeFile.read(file, limit: Self.largestReport)
      guard key.isSigned(content, found) else {
        throw CommandError(
          ExitStatus.badInput, "badSignature", "\(file) is not what the key of \(self.key) signed in \(path)")
      }
      let document = SignatureDocument(
        file: file, sha256: ContentHash.sha256(content), signature: path, key: key.fingerprint)
      let output = Output(options)
      if options.json {
        try output.document(document)
      } else {
        output.line("\(file) is as it was signed with the key \(document.key)")
      }
      return ExitStatus.done
    }
  }

  private func readKey() throws -> VerifyingKey {
    let pem = try WholeFile.read(key, limit: SigningKey.largestFile)
    do throws(SignatureKeyError) {
      return try VerifyingKey(pem: pem)
    } catch {
      throw CommandError(error, key)
    }
  }
}

/// `sevfleet.signature/1`: a report that is as it was signed.
private struct SignatureDocument: Encodable {
  var schema = "sevfleet.signature/1"
  var file: String
  /// Of the file.
  var sha256: String
  /// The signature's file.
  var signature: String
  /// SHA-256 of the public key's DER.
  var key: String
}

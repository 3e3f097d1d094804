import ArgumentParser
import FleetCore
import FleetFormats
import Foundation

struct CatalogImportFacts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-facts",
    abstract: "Takes over signed facts, JSON with the keys of facts.yaml; what they replace stays to be read.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The JSON file; its Ed25519 signature lies beside it as FILE.sig, raw or in Base64.") var file: String
  @Option(help: "The public key (PEM) to trust from now on; needed once.") var key: String?

  func run() async throws {
    try await Execution.run(options) {
      let signed = try read()
      let base = URL(fileURLWithPath: options.catalogFolder, isDirectory: true)
      let pem = try trustedKey(base)
      switch signed.isSigned(pem: pem) {
      case nil:
        throw CommandError(ExitStatus.badInput, "badKey", "the key is no Ed25519 public key in PEM")
      case false?:
        throw CommandError(
          ExitStatus.badInput, "badSignature", "\(file) is not signed with the key that is trusted here")
      case true?: break
      }
      switch FactsFile.read(signed.payload, file: file) {
      case .failure(let found): throw CommandError(found)
      case .success: break
      }
      try write(signed, pem, base)
      let reading = try CommandContext.catalog(options).checked.mapError { CommandError($0) }.get()
      let lines = FactLedger.lines(reading.facts.facts, before: reading.facts.earlier + [FactsFile.builtIn])
      let output = Output(options)
      if options.json {
        try output.document(FactsDocument(lines, sources: reading.facts.facts.sources))
      } else {
        let count = lines.count { $0.standing == .superseded }
        output.line("imported \(file): \(lines.count - count) facts in force or withdrawn, \(count) superseded")
      }
      return ExitStatus.done
    }
  }

  private func read() throws -> SignedFacts {
    let payload = try bytes(file)
    guard payload.count <= CatalogLimits.signedFacts else {
      throw CommandError(ExitStatus.badInput, "tooLarge", "\(file) is larger than facts can be")
    }
    guard let signature = DetachedSignature(file: try bytes(file + DetachedSignature.suffix)) else {
      throw CommandError(
        ExitStatus.badInput, "badSignature", "\(file).sig is no Ed25519 signature", expected: "64 bytes, or Base64")
    }
    return SignedFacts(signature: signature, payload: payload)
  }

  /// A key that is trusted already is never replaced on the way: whoever wants that removes it first.
  private func trustedKey(_ base: URL) throws -> [UInt8] {
    let path = base.appendingPathComponent(SignedFacts.keyName).path
    let trusted = FileManager.default.fileExists(atPath: path) ? try bytes(path) : nil
    let given = try key.map(bytes)
    switch (trusted, given) {
    case (let trusted?, nil): return trusted
    case (nil, let given?): return given
    case (let trusted?, let given?):
      guard trusted == given else {
        throw CommandError(ExitStatus.badInput, "otherKey", "another key is trusted here: \(path)")
      }
      return trusted
    case (nil, nil):
      throw CommandError(ExitStatus.usage, "noKey", "no key is trusted yet; give --key", expected: path)
    }
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw CommandError(ExitStatus.badInput, "unreadable", "\(path): \(error.localizedDescription)")
    }
  }

  /// What is replaced is kept first; the same facts again change nothing.
  private func write(_ signed: SignedFacts, _ pem: [UInt8], _ base: URL) throws {
    let current = base.appendingPathComponent(SignedFacts.fileName)
    do {
      try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
      try Data(pem).write(to: base.appendingPathComponent(SignedFacts.keyName), options: .atomic)
      if let old = try? Data(contentsOf: current) {
        if [UInt8](old) == signed.file { return }
        let free = SignedFacts.kept.first { number in
          !FileManager.default.fileExists(
            atPath: base.appendingPathComponent(SignedFacts.name(kept: number)).path)
        }
        guard let free else {
          throw CommandError(
            ExitStatus.failed, "tooMany", "\(SignedFacts.kept.count) imports are kept in \(base.path) already")
        }
        try old.write(to: base.appendingPathComponent(SignedFacts.name(kept: free)), options: .atomic)
      }
      try Data(signed.file).write(to: current, options: .atomic)
    } catch let error as CommandError {
      throw error
    } catch {
      throw CommandError(
        ExitStatus.failed, "unwritable", "\(base.path) cannot be written: \(error.localizedDescription)")
    }
  }
}

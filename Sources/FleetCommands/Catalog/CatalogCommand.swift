import ArgumentParser
import FleetCore
import FleetFormats
import Foundation

/// `sevfleet catalog …`
struct CatalogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalog", abstract: "Reads, imports, lists and re-hashes firmware images.",
    subcommands: [CatalogInspect.self, CatalogAdd.self, CatalogList.self, CatalogVerify.self])
}

struct CatalogInspect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Tells what the header of an image says; its name is never trusted.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "A .sbin, .sbin.xz, .sbin.zst or AMD's .zip.") var file: String

  func run() async throws {
    try await Execution.run(options) {
      let output = Output(options)
      for content in try ImageContainer.open(file) {
        let header = try ImageReading.header(content, file)
        let name = ImageName(content.name)
        let document = ImageDocument(
          header: header, size: content.bytes.count, sha256: ContentHash.sha256(content.bytes),
          names: name.familyModel.map(ImageName.kernelNames) ?? [])
        if options.json {
          try output.document(document)
        } else {
          output.line("\(content.name): \(header.version.bothSpellings), SPL \(header.spl)")
          output.line("  size \(content.bytes.count), type 0x\(Hex.padded(header.type, 2)), signed \(header.signed)")
          output.line("  sha256 \(document.sha256)")
          if !document.names.isEmpty { output.line("  kernel's name \(document.names.joined(separator: ", "))") }
        }
      }
      return ExitStatus.done
    }
  }
}

enum ImageReading {
  /// The header, or exit 65 with expected and found. A name that contradicts it is refused too.
  static func header(_ content: ImageContainer.Content, _ file: String) throws -> ImageHeader {
    let header: ImageHeader
    do {
      header = try ImageHeader.parse(image: content.bytes)
    } catch {
      throw CommandError(
        ExitStatus.badInput, error.kind, "\(file): \(error.text)", expected: error.expected, found: error.found)
    }
    do {
      try ImageName(content.name).check(header: header.version, familyModel: nil)
    } catch {
      throw CommandError(
        ExitStatus.badInput, error.kind, "\(file): \(error.text)", expected: error.expected, found: error.found)
    }
    return header
  }
}

struct CatalogAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Imports images into the catalog, all or none.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "Files as for `inspect`.") var files: [String]
  @Option(help: "CPU family where the name does not tell: 25, 0x19 or 19h.") var family: String?
  @Option(help: "CPU model where the name does not tell: 1, 0x01 or 01h.") var model: String?

  func run() async throws {
    try await Execution.run(options) {
      let given = try givenFolder()
      var additions: [CatalogAddition] = []
      var mistakes: [CommandError] = []
      for file in files {
        do {
          for content in try ImageContainer.open(file) { additions.append(try addition(content, file, given)) }
        } catch let error as CommandError {
          mistakes.append(error)
        }
      }
      if let first = mistakes.first {
        var error = first
        error.text = mistakes.map(\.text).joined(separator: "\n")
        throw error
      }
      for addition in additions { try write(addition) }
      let output = Output(options)
      if options.json {
        try output.document(CatalogDocument(CommandContext.catalog(options).records))
      } else {
        for addition in additions {
          output.line(
            "added \(addition.folder): \(addition.imageFile.version.bothSpellings), SPL \(addition.imageFile.spl)")
        }
      }
      return ExitStatus.done
    }
  }

  private func givenFolder() throws -> FamilyModel? {
    guard family != nil || model != nil else { return nil }
    guard let family, let model, let familyNumber = CPUNumber.read(family), let modelNumber = CPUNumber.read(model)
    else {
      throw CommandError(
        ExitStatus.usage, "usage", "--family and --model go together, as 25, 0x19 or 19h", expected: "two numbers")
    }
    return CPUIdentity(family: familyNumber, model: modelNumber, stepping: 0).familyModel
  }

  private func addition(
    _ content: ImageContainer.Content, _ file: String, _ given: FamilyModel?
  ) throws -> CatalogAddition {
    _ = try ImageReading.header(content, file)
    let name = ImageName(content.name)
    do {
      try name.check(header: try ImageReading.header(content, file).version, familyModel: given)
    } catch let error as ImageNameError {
      throw CommandError(
        ExitStatus.badInput, error.kind, "\(file): \(error.text)", expected: error.expected, found: error.found)
    }
    guard let folder = given ?? name.familyModel else {
      throw CommandError(
        ExitStatus.badInput, "unknownCPU",
        "\(file): the header names no CPU and neither does the file's name; give --family and --model",
        expected: "a name such as amd_sev_fam19h_model0xh.sbin", found: content.name)
    }
    do {
      return try CatalogWriter.files(for: content.bytes, familyModel: folder, source: file)
    } catch {
      throw CommandError(ExitStatus.badInput, error.kind, "\(file): \(error.text)")
    }
  }

  /// The image before its description, each under a temporary name first.
  private func write(_ addition: CatalogAddition) throws {
    let base = URL(fileURLWithPath: options.catalogFolder, isDirectory: true)
    do {
      try FileManager.default.createDirectory(
        at: base.appendingPathComponent(addition.folder), withIntermediateDirectories: true)
      for file in addition.files {
        let target = base.appendingPathComponent(file.path)
        if let old = try? Data(contentsOf: target), file.path.hasSuffix(".sbin"), [UInt8](old) != file.bytes {
          throw CommandError(
            ExitStatus.badInput, "exists", "\(target.path) is there already with another content",
            expected: ContentHash.sha256([UInt8](old)), found: ContentHash.sha256(file.bytes))
        }
        try Data(file.bytes).write(to: target, options: .atomic)
      }
    } catch let error as CommandError {
      throw error
    } catch {
      throw CommandError(
        ExitStatus.failed, "unwritable", "\(addition.folder) cannot be written: \(error.localizedDescription)")
    }
  }
}

/// A CPU number as people write it: `25`, `0x19`, `19h`.
enum CPUNumber {
  static func read(_ text: String) -> Int? {
    let number: Int? =
      if text.hasPrefix("0x") {
        Int(text.dropFirst(2), radix: 16)
      } else if text.hasSuffix("h") {
        Int(text.dropLast(), radix: 16)
      } else {
        Int(text)
      }
    return number.flatMap { (0...255).contains($0) ? $0 : nil }
  }
}

struct CatalogList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the images of the catalog.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    try await Execution.run(options) {
      let reading = try CommandContext.catalog(options).checked.mapError { CommandError($0) }.get()
      let output = Output(options)
      if options.json {
        try output.document(CatalogDocument(reading.records))
        return ExitStatus.done
      }
      var table = TextTable(["FOLDER", "VERSION", "HEX", "SPL", "SIZE", "SHA256", "SOURCE"])
      for record in reading.records {
        table.add([
          "\(record.image.familyModel)", "\(record.image.version)", record.image.version.hexDescription,
          "\(record.image.spl)", "\(record.image.size)", String(record.image.sha256.prefix(12)), record.source,
        ])
      }
      output.line(table.text)
      return ExitStatus.done
    }
  }
}

struct CatalogVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Hashes every image again and reads its header again.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    try await Execution.run(options) {
      let reading = try CommandContext.catalog(options).checked.mapError { CommandError($0) }.get()
      if let found = Diagnostics(CatalogFolder.verify(reading)) { throw CommandError(found) }
      let output = Output(options)
      if options.json {
        try output.document(CatalogDocument(reading.records))
      } else {
        output.line("\(reading.records.count) images: every hash and header is right")
      }
      return ExitStatus.done
    }
  }
}

/// `sevfleet.catalog/1`.
struct CatalogDocument: Encodable {
  struct Image: Encodable {
    var folder: String
    var version: FirmwareVersion
    var versionHex: String
    var spl: Int
    var size: Int
    var sha256: String
    var kernelName: String
    var source: String
    var note: String?
  }

  var schema = "sevfleet.catalog/1"
  var images: [Image]

  init(_ records: [CatalogRecord]) {
    images = records.map {
      Image(
        folder: "\($0.image.familyModel)", version: $0.image.version, versionHex: $0.image.version.hexDescription,
        spl: $0.image.spl, size: $0.image.size, sha256: $0.image.sha256, kernelName: $0.image.kernelName,
        source: $0.source, note: $0.note)
    }
  }
}

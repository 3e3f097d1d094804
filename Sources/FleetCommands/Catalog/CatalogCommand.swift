import ArgumentParser
import FleetCore
import FleetFormats
import Foundation

/// `sevfleet catalog …`
struct CatalogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalog", abstract: "Reads, imports, lists and re-hashes firmware images.",
    subcommands: [
      CatalogInspect.self, CatalogAdd.self, CatalogList.self, CatalogVerify.self, CatalogFacts.self,
      CatalogImportFacts.self,
    ])
}

struct CatalogInspect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Tells what the header of an image says; its name is never trusted.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "A .sbin, .sbin.xz, .sbin.zst or AMD's .zip.") var file: String

  func run() async throws {
    try await Execution.run(options) {
      let output = Output(options)
      let images = try ImageContainer.open(file).map { try (name: $0.name, document: Self.document($0, file)) }
      if options.json {
        if let only = images.first, images.count == 1 {
          try output.document(only.document)
        } else {
          try output.document(ImagesDocument(images: images.map(\.document)))
        }
      } else {
        for image in images { Self.lines(image.name, image.document).forEach { output.line($0) } }
      }
      return ExitStatus.done
    }
  }

  private static func document(_ content: ImageContainer.Content, _ file: String) throws -> ImageDocument {
    ImageDocument(
      header: try ImageReading.header(content, file), size: content.bytes.count,
      sha256: ContentHash.sha256(content.bytes),
      names: ImageName(content.name).familyModel.map(ImageName.kernelNames) ?? [])
  }

  private static func lines(_ name: String, _ image: ImageDocument) -> [String] {
    var lines = [
      "\(name): \(image.version.bothSpellings), SPL \(image.spl)",
      "  size \(image.size), type 0x\(Hex.padded(image.type, 2)), signed \(image.signed)", "  sha256 \(image.sha256)",
    ]
    if !image.names.isEmpty { lines.append("  kernel's name \(image.names.joined(separator: ", "))") }
    return lines
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
      let writer = CatalogImport(folder: options.catalogFolder)
      let new = try writer.new(additions)
      try writer.write(new)
      if !new.isEmpty { CatalogAudit.tell(new, options) }
      let output = Output(options)
      if options.json {
        try output.document(CatalogDocument(CommandContext.catalog(options).records))
      } else {
        for addition in additions {
          let verb = new.contains(addition) ? "added" : "there already:"
          output.line(
            "\(verb) \(addition.folder): \(addition.imageFile.version.bothSpellings), SPL \(addition.imageFile.spl)")
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

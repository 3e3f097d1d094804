package import FleetCore

/// Compares an image's bytes with what the catalog says about them (`catalog verify`, and before any upload).
package enum CatalogVerifier {
  /// Everything that differs; empty if the bytes are the catalog's image.
  package static func verify(_ image: FirmwareImage, bytes: [UInt8]) -> [Diagnostic] {
    var found: [Diagnostic] = []
    func report(_ text: String) {
      found.append(Diagnostic(.mismatch, at: SourceLocation(file: image.path), text))
    }
    if bytes.count != image.size { report("it has \(bytes.count) bytes, the catalog says \(image.size)") }
    let sha256 = ContentHash.sha256(bytes)
    if sha256 != image.sha256 { report("its SHA-256 is \(sha256), the catalog says \(image.sha256)") }
    do {
      let header = try ImageHeader.parse(image: bytes)
      if header.version != image.version {
        report("its header says \(header.version.bothSpellings), the catalog says \(image.version.bothSpellings)")
      }
      if header.spl != image.spl { report("its header says SPL \(header.spl), the catalog says \(image.spl)") }
    } catch {
      report(error.text)
    }
    return found
  }
}

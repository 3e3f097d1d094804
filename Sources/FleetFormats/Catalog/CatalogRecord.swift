package import FleetCore

/// One image of the catalog with what its `image.yaml` says about where it came from.
package struct CatalogRecord: Hashable, Sendable {
  package var image: FirmwareImage
  /// Where the operator got it.
  package var source: String
  package var note: String?
  package var declaredAt: SourceLocation

  package init(image: FirmwareImage, source: String, note: String?, declaredAt: SourceLocation) {
    self.image = image
    self.source = source
    self.note = note
    self.declaredAt = declaredAt
  }
}

/// What a catalog folder holds, with everything that is wrong with it.
package struct CatalogReading: Hashable, Sendable {
  /// Images without an error of their own, by family and version.
  package var records: [CatalogRecord]
  /// The compiled-in facts with the catalog's own over them.
  package var facts: FactsFile
  package var diagnostics: [Diagnostic]

  package init(records: [CatalogRecord], facts: FactsFile, diagnostics: [Diagnostic]) {
    self.records = records
    self.facts = facts
    self.diagnostics = diagnostics
  }

  package var catalog: Catalog { Catalog(images: records.map(\.image)) }

  /// The reading itself, if nothing is wrong: a catalog with errors is not used.
  package var checked: Result<CatalogReading, Diagnostics> {
    Diagnostics(diagnostics).map(Result.failure) ?? .success(self)
  }
}

/// Something that lies in a catalog folder.
package struct CatalogFile: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    case folder
    /// A `.yaml` file, or one of signed facts, with its bytes.
    case text([UInt8])
    /// Any other file; only its size in bytes is looked at, `verify` reads it.
    case file(bytes: Int)
  }

  /// Relative to the folder, `fam19h_model0xh/1.55.36/image.yaml`.
  package var path: String
  package var content: Content

  package init(path: String, content: Content) {
    self.path = path
    self.content = content
  }
}

/// Bounds on what a catalog may hold: far above what AMD will ever publish.
package enum CatalogLimits {
  package static let familyFolders = 256
  package static let versionsPerFamily = 1000
  package static let filesPerVersion = 64
  /// Bytes of a file of facts; ten times what is known.
  package static let signedFacts = YamlLimits.fileBytes - 256
}

extension FleetStore {
  /// Keeps bytes by their content and returns their SHA-256; the same bytes are kept once for the whole fleet.
  /// They are on the disk when this returns. Throws `blobTooLarge`, `file`, `readOnly`.
  package func storeBlob(_ bytes: [UInt8]) throws(StoreError) -> String {
    guard !isReadOnly else { throw .readOnly }
    return try blobs.store(bytes)
  }

  /// The bytes with this SHA-256, hashed again. Throws `blobMissing`, `blobDamaged`, `file`.
  package func blob(_ sha256: String) throws(StoreError) -> [UInt8] { try blobs.read(sha256) }

  /// Where the bytes with this SHA-256 lie, or would lie.
  package func blobPath(_ sha256: String) -> String { blobs.path(of: sha256) }

  /// Whether the content is kept and undamaged: hashed again, since a damaged one must be stored anew.
  package func hasBlob(_ sha256: String) throws(StoreError) -> Bool { try blobs.holds(sha256) }
}

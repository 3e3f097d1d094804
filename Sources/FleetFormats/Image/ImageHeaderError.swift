/// Why bytes are no SEV firmware image, with what was expected and what was found.
package enum ImageHeaderError: Error, Hashable, Sendable {
  case tooShort(bytes: Int)
  case tooLarge(bytes: Int)
  /// Other bytes than `$PS1` at 0x10, in hex.
  case notAnImage(found: String)
  /// A PSP image of another kind.
  case wrongType(found: UInt8)
  case signedSize(found: Int, limit: Int)
  /// The header's size of the image and the file's own differ.
  case imageSize(field: Int, file: Int)

  /// Stable name of the case.
  package var kind: String {
    switch self {
    case .tooShort: "tooShort"
    case .tooLarge: "tooLarge"
    case .notAnImage: "notAnImage"
    case .wrongType: "wrongType"
    case .signedSize: "signedSize"
    case .imageSize: "imageSize"
    }
  }

  package var expected: String {
    switch self {
    case .tooShort: "at least \(ImageHeader.size) bytes"
    case .tooLarge: "at most \(ImageHeader.maximumImageBytes) bytes"
    case .notAnImage: "$PS1 (24505331) at 0x10"
    case .wrongType: "type 0x39"
    case .signedSize(_, let limit): "a signed size from 1 to \(limit)"
    case .imageSize(let field, _): "\(field) bytes, as the header says"
    }
  }

  package var found: String {
    switch self {
    case .tooShort(let bytes), .tooLarge(let bytes): "\(bytes) bytes"
    case .notAnImage(let found): found
    case .wrongType(let found): "type 0x\(String(found, radix: 16))"
    case .signedSize(let found, _): "\(found)"
    case .imageSize(_, let file): "\(file) bytes"
    }
  }

  package var text: String {
    let what =
      switch self {
      case .tooShort: "the file is shorter than an image header"
      case .tooLarge: "the file is larger than any SEV firmware image"
      case .notAnImage: "the file is no PSP firmware image"
      case .wrongType: "the file is a PSP image of another kind than SEV firmware"
      case .signedSize: "the image header's signed size is impossible"
      case .imageSize: "the file was cut or padded: its size is not the header's"
      }
    return "\(what): expected \(expected), found \(found)"
  }
}

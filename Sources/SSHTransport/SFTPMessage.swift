/// The part of SFTP version 3 (draft-ietf-secsh-filexfer-02) that moves one file.
///
/// libssh2 has its own; when the server refuses the subsystem it spins until the server closes the channel, so one host
/// could stop the loop.
enum SFTPMessage {
  /// The kind of a message; its number on the wire.
  enum Kind: UInt8, Sendable {
    case start = 1
    case version = 2
    case open = 3
    case close = 4
    case read = 5
    case write = 6
    case setAttributes = 10
    case status = 101
    case handle = 102
    case data = 103
    case extended = 200
  }

  static let readFlag: UInt32 = 0x01
  /// Write, create if absent, truncate if present.
  static let writeFlags: UInt32 = 0x02 | 0x08 | 0x10
  private static let permissionsAttribute: UInt32 = 0x04
  static let fsyncExtension = "fsync@openssh.com"
  /// Servers take 256 KiB; 32 KiB of payload is what every server must take.
  static let chunk = 32 * 1024
  /// No answer to our requests is longer than a chunk and its header.
  static let longestAnswer: UInt32 = 64 * 1024

  static let ok: UInt32 = 0
  static let endOfFile: UInt32 = 1

  /// The draft's names of status codes.
  static func name(ofStatus code: UInt32) -> String {
    switch code {
    case 0: "OK"
    case 1: "EOF"
    case 2: "NO_SUCH_FILE"
    case 3: "PERMISSION_DENIED"
    case 4: "FAILURE"
    case 5: "BAD_MESSAGE"
    case 6: "NO_CONNECTION"
    case 7: "CONNECTION_LOST"
    case 8: "OP_UNSUPPORTED"
    default: "status \(code)"
    }
  }

  static func encode(_ kind: Kind, id: UInt32?, _ body: (inout SSHWireWriter) -> Void) -> [UInt8] {
    var content = SSHWireWriter()
    content.byte(kind.rawValue)
    if let id { content.uint32(id) }
    body(&content)
    var message = SSHWireWriter()
    message.string(content.bytes)
    return message.bytes
  }

  static func permissions(_ mode: Int32, into writer: inout SSHWireWriter) {
    writer.uint32(permissionsAttribute)
    writer.uint32(UInt32(bitPattern: mode) & 0o7777)
  }
}

/// Why a file transfer did not happen.
enum SFTPFailure: Error {
  case interrupted(Interruption)
  /// The server's status and its words.
  case status(UInt32, String)
  /// What answers is no SFTP server: none is installed, or a login shell writes greetings.
  case notSFTP
}

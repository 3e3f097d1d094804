import Crypto
import FleetCore

/// How a receiver can tell that a body is ours and new: HMAC-SHA256 over the time, a dot and the body.
package enum WebhookSignature {
  package static let header = "X-Sevfleet-Signature"

  /// `t=SECONDS,v1=HEX`. `seconds`: since 1970 UTC, so that a receiver can refuse what is old.
  package static func value(body: [UInt8], secret: [UInt8], seconds: Int64) -> String {
    var code = HMAC<SHA256>(key: SymmetricKey(data: secret))
    code.update(data: Array("\(seconds).".utf8))
    code.update(data: body)
    let digits = code.finalize().map { Hex.padded($0, 2) }.joined()
    return "t=\(seconds),v1=\(digits)"
  }
}

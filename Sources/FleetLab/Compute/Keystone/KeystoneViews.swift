/// Keystone's bodies.
struct KeystoneViews {
  /// Such as `http://127.0.0.1:8774`, without a slash at the end.
  let root: String
  /// Whether the catalog shows an image service.
  let hasImages: Bool

  var identityURL: String { root + "/identity/v3" }

  var version: APIValue {
    [
      "id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z",
      "links": [["rel": "self", "href": .string(identityURL + "/")]],
      "media-types": [["base": "application/json", "type": "application/vnd.openstack.identity-v3+json"]],
    ]
  }

  func token(_ token: KeystoneDirectory.Token) -> APIValue {
    var body: [String: APIValue] = [
      "methods": [.string(token.method)],
      "user": [
        "domain": domain, "id": .string(token.userID), "name": .string(token.userName), "password_expires_at": nil,
      ],
      "audit_ids": [.string(token.auditID)],
      "expires_at": .string(WireTime.keystone(token.expires)),
      "issued_at": .string(WireTime.keystone(token.issued)),
    ]
    if let project = token.project {
      body["project"] = ["domain": domain, "id": .string(project.id), "name": .string(project.name)]
      body["is_domain"] = false
    }
    if token.isSystem { body["system"] = ["all": true] }
    if token.project != nil || token.isSystem {
      body["roles"] = .array(token.roles.map { ["id": .string(Self.id("role" + $0)), "name": .string($0)] })
      body["catalog"] = catalog
    }
    return ["token": .object(body)]
  }

  var catalog: APIValue {
    let images = hasImages ? [entry("image", "glance", root + "/image")] : []
    return .array(
      [
        entry("identity", "keystone", identityURL), entry("compute", "nova", root + "/compute/v2.1"),
        entry("placement", "placement", root + "/placement"),
      ] + images + [entry("volumev3", "cinderv3", root + "/volume/v3")])
  }

  private let domain: APIValue = ["id": "default", "name": "Default"]

  init(root: String, hasImages: Bool) {
    self.root = root
    self.hasImages = hasImages
  }

  private func entry(_ type: String, _ name: String, _ url: String) -> APIValue {
    let endpoints = ["public", "internal", "admin"].map { interface -> APIValue in
      [
        "id": .string(Self.id(type + interface)), "interface": .string(interface), "region_id": "RegionOne",
        "region": "RegionOne", "url": .string(url),
      ]
    }
    return [
      "endpoints": .array(endpoints), "id": .string(Self.id(type)), "type": .string(type), "name": .string(name),
    ]
  }

  /// A stable id of 32 hex digits for a name.
  private static func id(_ name: String) -> String { StableHex.digits(32, of: name) }
}

/// Stable hex digits for a text, where OpenStack shows a hash that means nothing to its readers.
enum StableHex {
  /// FNV-1a, run once for each sixteen digits.
  static func digits(_ count: Int, of text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var result = ""
    while result.count < count {
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      let hex = String(hash, radix: 16)
      result += String(repeating: "0", count: 16 - hex.count) + hex
    }
    return String(result.prefix(count))
  }
}

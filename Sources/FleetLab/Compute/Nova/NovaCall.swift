/// A request to Nova once token and microversion are known.
struct NovaCall {
  let http: APICall
  let token: KeystoneDirectory.Token
  let version: NovaVersion

  var isAdmin: Bool { token.roles.contains("admin") && token.project != nil }
  var projectID: String { token.project?.id ?? "" }

  func since(_ minor: Int) -> Bool { version >= NovaVersion(2, minor) }

  /// - Throws: 403 naming the rule.
  func requireAdmin(_ rule: String) throws(NovaFault) {
    guard isAdmin else { throw .forbidden(rule) }
  }

  /// The body as an object.
  func body() throws(NovaFault) -> [String: APIValue] {
    guard let members = APIValue(json: http.body)?.object else { throw .badRequest("Malformed request body") }
    return members
  }

  /// A boolean of the query; false if it is absent.
  func flag(_ name: String) throws(NovaFault) -> Bool {
    guard let text = http.parameter(name) else { return false }
    switch text.lowercased() {
    case "1", "t", "true", "on", "y", "yes", "": return true
    case "0", "f", "false", "off", "n", "no": return false
    default:
      throw .badRequest(
        "Unrecognized value '\(text)', acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', "
          + "'true', 'y', 'yes'")
    }
  }

  /// Reads `limit` and `marker`; the limit is capped by the server's.
  func page(limit most: Int) throws(NovaFault) -> (limit: Int, marker: String?) {
    guard let text = http.parameter("limit") else { return (most, http.parameter("marker")) }
    guard let limit = Int(text), limit >= 0 else {
      throw .badRequest(
        "Invalid input for query parameters limit. Value: \(text). '\(text)' does not match '^[0-9]*$'")
    }
    return (min(limit, most), http.parameter("marker"))
  }

  /// Refuses parameters outside `known` from the given minor version on; older ones ignored them.
  func refuseUnknown(_ known: Set<String>, since minor: Int, _ text: (String) -> String) throws(NovaFault) {
    guard since(minor) else { return }
    if let odd = http.query.first(where: { !known.contains($0.name) && !$0.name.hasPrefix("_") }) {
      throw .badRequest(text(odd.name))
    }
  }
}

extension NovaFault {
  static func additional(_ name: String) -> String {
    "Additional properties are not allowed ('\(name)' was unexpected)"
  }

  /// As Nova's validator complains about a field of a body.
  static func field(_ name: String, _ value: APIValue, _ text: String) -> NovaFault {
    let shown = value.string ?? value.python
    return .badRequest("Invalid input for field/attribute \(name). Value: \(shown). \(text)")
  }
}

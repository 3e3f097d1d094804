import Foundation
import NIOSSL

/// One cloud: where Keystone is, how to log in, which endpoints to use. Prints without secrets.
package struct CloudConfiguration: Sendable, Hashable, CustomStringConvertible {
  /// Which of a service's endpoints to call.
  package enum Interface: String, Sendable, Hashable, CaseIterable {
    case `public`, `internal`, admin

    /// Accepts the old spelling (`internalURL`) as well.
    init?(word: String) {
      self.init(rawValue: word.hasSuffix("URL") ? String(word.dropLast(3)) : word)
    }
  }

  /// Whose certificates are trusted.
  package enum Trust: Sendable, Hashable {
    /// The system's CAs.
    case system
    /// Only the CAs in this PEM file (`cacert`).
    case file(String)
    /// Anybody (`verify: false`). The operator asked for it.
    case anything
  }

  /// The client's own certificate, where the endpoints ask for one (`cert`, `key`).
  package struct ClientCertificate: Sendable, Hashable {
    package var certificate: String
    package var key: String
  }

  /// Name in clouds.yaml, or `envvars`.
  package var name: String
  /// Where it was read: a file, or `environment`.
  package var source: String
  /// As given; see `identityURL` for what is called.
  package var authURL: String
  package var auth: CloudAuth
  /// Nil: the catalog has to be unambiguous.
  package var region: String?
  package var interface: Interface
  package var trust: Trust
  package var clientCertificate: ClientCertificate?
  /// Addresses that win over the catalog (`compute_endpoint_override` and so on).
  package var endpointOverrides: [ServiceType: String]

  package init(
    name: String, source: String = "program", authURL: String, auth: CloudAuth, region: String? = nil,
    interface: Interface = .public, trust: Trust = .system, clientCertificate: ClientCertificate? = nil,
    endpointOverrides: [ServiceType: String] = [:]
  ) {
    self.name = name
    self.source = source
    self.authURL = authURL
    self.auth = auth
    self.region = region
    self.interface = interface
    self.trust = trust
    self.clientCertificate = clientCertificate
    self.endpointOverrides = endpointOverrides
  }

  /// Keystone v3's own address: many clouds give `auth_url` without a version, some still with `/v2.0`.
  package var identityURL: String {
    if let override = endpointOverrides[.identity] { return override }
    var url = authURL[...]
    while url.hasSuffix("/") { url = url.dropLast() }
    if url.hasSuffix("/v3") { return String(url) }
    if url.hasSuffix("/v2.0") { url = url.dropLast(5) }
    return url + "/v3"
  }

  package var description: String {
    let place = region.map { " region \($0)" } ?? ""
    return "cloud \(name) (\(source)) at \(authURL)\(place), \(interface.rawValue) endpoints"
  }

  /// TLS as the cloud wants it. Throws `unreadable` if a certificate file is not there or holds none.
  func tlsConfiguration() throws(CloudConfigurationError) -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    switch trust {
    case .system: break
    case .anything: tls.certificateVerification = .none
    case .file(let path):
      tls.trustRoots = .certificates(try pem(path) { try NIOSSLCertificate.fromPEMFile(path) })
    }
    if let own = clientCertificate {
      tls.certificateChain = try pem(own.certificate) {
        try NIOSSLCertificate.fromPEMFile(own.certificate).map { .certificate($0) }
      }
      tls.privateKey = .privateKey(try pem(own.key) { try NIOSSLPrivateKey(file: own.key, format: .pem) })
    }
    return tls
  }

  private func pem<Value>(_ path: String, _ read: () throws -> Value) throws(CloudConfigurationError) -> Value {
    do {
      return try read()
    } catch {
      throw CloudConfigurationError(
        .unreadable, cloud: name, source: path, text: "no PEM certificate or key could be read", cause: error)
    }
  }
}

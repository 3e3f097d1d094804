import NIOSSL

/// Where the server listens, and how it is protected there.
package struct ServerConfiguration: Sendable {
  /// Files in PEM.
  package struct TLSFiles: Hashable, Sendable {
    package var certificate: String
    package var key: String

    package init(certificate: String, key: String) {
      self.certificate = certificate
      self.key = key
    }
  }

  package var address: ListenAddress
  package var tls: TLSFiles?
  /// Connections of one address at once.
  package var connectionsOfOne = ServerBounds.connectionsOfOne

  /// Throws `insecure` where tokens would cross a network in the clear and nobody said that they may.
  package init(address: ListenAddress, tls: TLSFiles? = nil, isInsecureAllowed: Bool = false) throws(ServerError) {
    guard address.isLoopback || tls != nil || isInsecureAllowed else {
      throw ServerError(
        .insecure, "tokens would cross the network in the clear at \(address)",
        expected: "--tls-certificate and --tls-key, a loopback address, or --insecure-listen", found: "\(address)")
    }
    self.address = address
    self.tls = tls
  }

  /// `nil`: no TLS. Throws `badCertificate`.
  func tlsConfiguration() throws(ServerError) -> TLSConfiguration? {
    guard let tls else { return nil }
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(tls.certificate).map { NIOSSLCertificateSource.certificate($0) }
      let key = try NIOSSLPrivateKey(file: tls.key, format: .pem)
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain, privateKey: .privateKey(key))
      configuration.minimumTLSVersion = .tlsv12
      return configuration
    } catch {
      throw ServerError(
        .badCertificate, "the certificate or its key cannot be used: \(error)", expected: "two files in PEM",
        found: "\(tls.certificate), \(tls.key)")
    }
  }
}

/// Why the server does not serve.
package struct ServerError: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case badAddress, insecure, badCertificate
    /// The address cannot be listened at.
    case notListening
  }

  package var kind: Kind
  package var text: String
  package var expected: String?
  package var found: String?

  package init(_ kind: Kind, _ text: String, expected: String? = nil, found: String? = nil) {
    self.kind = kind
    self.text = text
    self.expected = expected
    self.found = found
  }
}

import ArgumentParser
import FleetServer

/// Where `serve` listens for the API and the pages.
struct ListenOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Listen here for the API and the pages; without an address on loopback, and port 0 is any free one.",
      valueName: "address:port"))
  var listen: String?
  @Option(help: ArgumentHelp("Certificate chain in PEM; with --tls-key, connections are TLS.", valueName: "file"))
  var tlsCertificate: String?
  @Option(help: ArgumentHelp("The certificate's private key in PEM.", valueName: "file")) var tlsKey: String?
  @Flag(help: "Listen at an address that is not loopback without TLS: tokens cross the network in the clear.")
  var insecureListen = false

  /// `nil`: it does not listen.
  func configuration() throws -> ServerConfiguration? {
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw CommandError(
        ExitStatus.usage, "usage", "a certificate and its key go together",
        expected: "--tls-certificate FILE and --tls-key FILE")
    }
    guard let listen else {
      guard tlsCertificate == nil, !insecureListen else {
        throw CommandError(ExitStatus.usage, "usage", "nothing is listened at", expected: "--listen ADDRESS:PORT")
      }
      return nil
    }
    let tls = tlsCertificate.flatMap { certificate in
      tlsKey.map { ServerConfiguration.TLSFiles(certificate: certificate, key: $0) }
    }
    return try ServerConfiguration(address: ListenAddress(listen), tls: tls, isInsecureAllowed: insecureListen)
  }
}

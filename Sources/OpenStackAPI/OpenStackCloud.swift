/// One cloud: its services behind one login and one connection pool. Make one per cloud and share it;
/// call `shutdown()` before letting go of it.
package final class OpenStackCloud: Sendable {
  package let configuration: CloudConfiguration
  package let keystone: KeystoneClient
  package let nova: NovaClient
  package let placement: PlacementClient
  package let glance: GlanceClient
  package let cinder: CinderClient
  private let transport: HTTPTransport

  /// Makes no connection yet. Throws `unreadable` if the cloud's certificate files cannot be used.
  package init(
    _ configuration: CloudConfiguration, limits: OpenStackLimits = OpenStackLimits()
  ) throws(CloudConfigurationError) {
    self.configuration = configuration
    transport = HTTPTransport(tls: try configuration.tlsConfiguration(), limits: limits)
    keystone = KeystoneClient(configuration, transport)
    nova = NovaClient(keystone, transport)
    placement = PlacementClient(keystone, transport)
    glance = GlanceClient(keystone, transport)
    cinder = CinderClient(keystone, transport)
  }

  /// Closes all connections. Calls under way fail.
  package func shutdown() async throws { try await transport.shutdown() }
}

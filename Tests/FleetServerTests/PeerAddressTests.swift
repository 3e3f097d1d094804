import FleetServer
import NIOCore
import Testing

@Suite("What is bounded by address counts an IPv6 network as one") struct PeerAddressTests {
  private static func text(_ address: String) throws -> String {
    PeerAddress.text(try SocketAddress(ipAddress: address, port: 4711))
  }

  @Test func everyAddressOfANetworkIsTheSame() throws {
    let one = try Self.text("2001:db8:1:2::1")
    #expect(one == "20010db800010002/64")
    #expect(try Self.text("2001:db8:1:2:ffff:ffff:ffff:ffff") == one)
    #expect(try Self.text("2001:db8:1:3::1") != one)
    #expect(try Self.text("2001:db8:0:2::1") != one)
  }

  @Test func everyIPv4AddressIsItsOwn() throws {
    #expect(try Self.text("192.0.2.1") == "192.0.2.1")
    #expect(try Self.text("192.0.2.2") == "192.0.2.2")
    // As a socket of both kinds tells it.
    #expect(try Self.text("::ffff:192.0.2.2") == "192.0.2.2")
    #expect(try Self.text("::1") == "0000000000000000/64")
  }

  @Test func whatHasNoAddressIsOne() throws {
    #expect(PeerAddress.text(nil) == "unknown")
    #expect(PeerAddress.text(try SocketAddress(unixDomainSocketPath: "/tmp/s")) == "unknown")
  }
}

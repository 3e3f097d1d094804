import SSHTransport
import Testing

@Suite struct SSHEndpointTests {
  @Test func jumpHostsAreParsed() {
    #expect(SSHEndpoint(parsing: "ops@gate") == SSHEndpoint(host: "gate", user: "ops"))
    #expect(SSHEndpoint(parsing: "ops@gate:2200") == SSHEndpoint(host: "gate", port: 2200, user: "ops"))
    #expect(SSHEndpoint(parsing: "ops@[2001:db8::1]:22") == SSHEndpoint(host: "2001:db8::1", user: "ops"))
    #expect(SSHEndpoint(parsing: "ops@2001:db8::1") == SSHEndpoint(host: "2001:db8::1", user: "ops"))
    #expect(SSHEndpoint(parsing: "a@realm@gate") == SSHEndpoint(host: "gate", user: "a@realm"))
  }

  @Test(arguments: [
    "", "gate", "@gate", "ops@", "ops@gate:", "ops@gate:0", "ops@gate:65536", "ops@gate:+1", "ops@[::1", "ops@[::1]x",
    "ops@two words",
  ])
  func nonsenseIsRefused(_ text: String) {
    #expect(SSHEndpoint(parsing: text) == nil)
  }
}

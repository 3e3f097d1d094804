import SSHTransport
import Testing

@Suite struct ShellQuotingTests {
  @Test func empty() { #expect(ShellQuoting.quote("") == "''") }
}

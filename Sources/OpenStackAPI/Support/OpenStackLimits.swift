/// Every bound of the client, by name.
package struct OpenStackLimits: Sendable, Hashable {
  /// Until a TCP connection and its TLS session stand. A control plane that needs longer is down.
  package var connect: Duration = .seconds(10)
  /// One request from first byte out to last byte in. A full page of servers takes Nova seconds; its own RPCs 60 s.
  package var request: Duration = .seconds(75)
  /// An answer's body. A page of 500 servers is about 2 MB; large catalogs are below 1 MB.
  package var responseBytes = 32 << 20
  /// What is kept of a refusal's body. Nova's are below 1 kB; proxies send HTML pages.
  package var errorBodyBytes = 64 << 10
  /// Tries of one GET when there is no connection or a 502, 503, 504: a rolling restart of an API takes seconds.
  package var readAttempts = 3
  /// Wait before the second try; doubled for each further one.
  package var firstRetryDelay: Duration = .milliseconds(500)
  /// Entries asked for per page. Nova's own cap (`max_limit`) is 1000 by default; smaller pages keep answers quick.
  package var pageSize = 500
  /// Pages of one listing: 2000 pages of 500 are a million entries, more than any deployment has.
  package var pages = 2000
  /// Times a listing starts over because its marker vanished. More means that rows are being purged right now.
  package var pagingRestarts = 2
  /// A token is renewed when less than this is left of it, or a tenth of its life where that is shorter.
  package var tokenMargin: Duration = .seconds(60)
  /// Wait before a second renewal: Keystone's revocation events count whole seconds, so that a token issued in the
  /// second of a revocation is revoked with the others.
  package var revocationResolution: Duration = .seconds(1)
  /// An idle connection is closed after this, before Apache (5 s by default) closes it under a request.
  package var idleConnection: Duration = .seconds(4)
  /// Connections to one service. Keystone and Nova workers are few; more only queue there.
  package var connectionsPerService = 8

  package init() {}
}

import FleetCore
import FleetFormats
import Testing

@Suite struct ObservationDocumentTests {
  private func text(_ look: Result<Observation, ProbeFailure>) throws -> String {
    try JSONText.compact(
      ObservationDocument.Host(
        host: HostID("h1"), look: look, at: Instant(milliseconds: 1), floor: nil, facts: FactsFile.builtIn))
  }

  /// Unknown is null, never an empty list that says "nothing is there".
  @Test func anUnseenHostHasNothingThatLooksSeen() throws {
    let unseen = try text(.failure(ProbeFailure(kind: .unreachable, text: "no route")))
    for key in ["modules", "files", "initramfs", "pendingPackages", "kernel", "armed", "lease"] {
      #expect(unseen.contains("\"\(key)\":null"), "\(key): \(unseen)")
    }
    var seen = Observation(host: HostID("h1"), observedAt: Instant(milliseconds: 1))
    seen.cpu = CPUIdentity(family: 25, model: 1, stepping: 1)
    seen.kernel = "6.1.0"
    seen.pendingPackages = [PendingPackage(name: "fw", installed: "1", candidate: nil)]
    let controller = String(repeating: "a", count: 32)
    seen.lease = HostLease(line: "\(controller),r1,ctl1", since: Instant(milliseconds: 1000))
    let found = try text(.success(seen))
    let since = "1970-01-01T00:00:01.000Z"
    let lease = #""lease":{"controller":"\#(controller)","rollout":"r1","controllerHost":"ctl1","since":"\#(since)"}"#
    #expect(found.contains(lease), "\(found)")
    #expect(found.contains("\"files\":[]") && found.contains("\"modules\":{"), "\(found)")
    #expect(found.contains(#""pendingPackages":[{"name":"fw","installed":"1","candidate":null}]"#), "\(found)")
  }
}

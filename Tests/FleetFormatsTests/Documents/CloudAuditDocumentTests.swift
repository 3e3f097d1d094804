import FleetCore
import FleetFormats
import Foundation
import Testing

@Suite("Documents of the cloud audit") struct CloudAuditDocumentTests {
  private static let host = CloudHost(
    name: "h1", host: HostID("h1"), offer: .read(CloudOffer(slots: [.sev: 15, .sevES: 99, .sevSNP: 99])),
    features: SEVFeatures(sev: .usable, sevES: .lost, sevSNP: .usable), generation: "Milan",
    novaConf: .unread("it's hidden"))

  private static let setUp = CloudSetUp(
    flavors: .read([
      CloudFlavor(id: "f-1", name: "a b; reboot", extraSpecs: [:]),
      CloudFlavor(id: "f-2", name: "sev", extraSpecs: ["hw:mem_encryption": "true"]),
    ]),
    images: .unread("there is none"), aggregates: .read([]), hosts: .read([host]))

  private struct Seen: Decodable {
    struct Judged: Decodable {
      var flavors: Int?
      var images: Int?
    }
    struct Subject: Decodable {
      var type: String
      var name: String
      var id: String?
    }
    struct Finding: Decodable {
      var kind: String
      var subject: Subject
      var text: String
      var fix: [String]
      var source: String
      var grade: String
    }

    var schema: String
    var at: String
    var clean: Bool
    var judged: Judged
    var findings: [Finding]
  }

  @Test func theDocument() throws {
    let audit = CloudAudit(Self.setUp)
    let document = CloudAuditDocument(audit, of: Self.setUp, at: Instant(milliseconds: 0))
    let text = try JSONText.pretty(document)
    #expect(text.contains("\"images\": null"))
    let seen = try JSONDecoder().decode(Seen.self, from: Data(text.utf8))
    #expect(seen.schema == "sevfleet.cloudaudit/1" && !seen.clean && seen.judged.flavors == 2)
    #expect(seen.findings.map(\.kind) == audit.findings.map(\.kind.rawValue))
    // A name of somebody's making is one word of the command, whatever stands in it.
    let open = try #require(seen.findings.first { $0.kind == "flavorOpen" })
    #expect(open.fix == ["openstack flavor set --property hw:mem_encryption=false 'a b; reboot'"])
    #expect(seen.findings.contains { $0.kind == "traitFalse" && $0.subject.name == "h1" && $0.grade == "A" })
  }

  /// A name cannot speak to the terminal.
  @Test func theText() {
    var setUp = Self.setUp
    setUp.flavors = .read([CloudFlavor(id: "f-1", name: "a\u{1B}[2Jb", extraSpecs: [:])])
    let text = CloudAuditText.text(
      CloudAuditDocument(CloudAudit(setUp), of: setUp, at: Instant(milliseconds: 0)))
    #expect(!text.contains("\u{1B}"))
    #expect(text.contains("flavorOpen: flavor a\u{FFFD}[2Jb does not set hw:mem_encryption=false"))
    #expect(text.hasSuffix("looked at 1 flavor, no image (unread), 0 aggregates, 1 compute host\n"))
    let clean = CloudSetUp(flavors: .read([]), images: .read([]), aggregates: .read([]), hosts: .read([]))
    #expect(
      CloudAuditText.text(CloudAuditDocument(CloudAudit(clean), of: clean, at: Instant(milliseconds: 0)))
        == "nothing is amiss; looked at 0 flavors, 0 images, 0 aggregates, 0 compute hosts\n")
  }

  @Test func theTempestJob() throws {
    let job = TempestJob(TempestModes(Self.setUp), at: Instant(milliseconds: 0))
    let text = job.yaml
    #expect(text.contains("kind: TempestJob\n"))
    #expect(text.contains("      modes: [sev, sev-snp]\n"))
    #expect(text.contains("# sev-es is left out: the firmware of h1 refuses SEV-ES while SNP is on"))
    #expect(text.contains("      sev_flavor_ref: f-2\n"))
    #expect(text.split(separator: "\n").allSatisfy { $0.hasPrefix("#") || !$0.contains("sev-es") })
    let json = try JSONText.pretty(job)
    #expect(json.contains("\"schema\": \"sevfleet.tempestjob/1\"") && json.contains("\"image\": null"))
  }
}

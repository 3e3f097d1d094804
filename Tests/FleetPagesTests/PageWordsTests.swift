import FleetCore
import FleetPages
import Foundation
import Testing

/// What pages say of what is known, and of what is not.
@Suite struct PageWordsTests {
  private let samples = PageSamples()

  @Test func unknownIsSaid() {
    let html = HostPage.render(samples.unseenHost(), samples.context())
    for name in ["Target", "Runs", "After a reset", "Floor"] {
      #expect(html.contains("<dt>\(name)</dt><dd><span class=\"muted\">unknown</span></dd>"), "\(name)")
    }
    #expect(html.contains("<dt>Last look</dt><dd>never</dd>"))
    #expect(!html.contains("BIOS copy") && !html.contains("never changed"))
    // Nothing is compared with what nobody saw.
    for word in ["> raised<", ">raised<", ">same<", ">lowered<", ">changed<"] {
      #expect(!html.contains(word), "\(word)")
    }
  }

  /// Every difference of two looks is told in a word, not only in a colour.
  @Test func differencesInWords() {
    for before in UInt8(23)...25 {
      for after in UInt8(23)...25 {
        for (was, isNow) in [
          (FeatureVerdict.usable, FeatureVerdict.lost), (.lost, .usable), (.off, .off), (.unknown, .usable),
        ] {
          var model = samples.host()
          model.before?.tcb?.snp = before
          model.now?.tcb?.snp = after
          model.before?.features.sevES = was
          model.now?.features.sevES = isNow
          let html = HostPage.render(model, samples.context())
          let levels = before == after ? "same" : before < after ? "raised" : "lowered"
          #expect(Self.difference("TCB SNP", in: html) == levels, "\(before) to \(after)")
          let feature = was == .unknown ? "unknown" : was == isNow ? "same" : isNow == .lost ? "lost" : "regained"
          #expect(Self.difference("SEV-ES", in: html) == feature, "\(was) to \(isNow)")
        }
      }
    }
  }

  private static func difference(_ name: String, in html: String) -> String? {
    guard let row = html.range(of: "<th scope=\"row\">\(name)</th>"),
      let cell = html.range(of: "</svg>", range: row.upperBound..<html.endIndex)
    else { return nil }
    return String(html[cell.upperBound...].prefix { $0 != "<" })
  }

  @Test func theChainIsNeverCalledWholeUnseen() {
    var model = samples.audit()
    let words: [(AuditPage.Chain, String)] = [
      (.whole, "chain whole"), (.broken("entry 3 was edited"), "chain broken"), (.unchecked, "chain not checked"),
    ]
    for (chain, word) in words {
      model.chain = chain
      let html = AuditPage.render(model, samples.context())
      for (_, other) in words { #expect(html.contains(other) == (other == word), "\(chain): \(other)") }
      #expect(html.contains("entry 3 was edited") == (word == "chain broken"))
    }
  }

  /// Each TCB that differs from the one that runs is told, with what it shows instead.
  @Test func threeTCBs() {
    let current = TCBVersion(bootloader: 4, tee: 0, snp: 25, microcode: 219)
    let older = TCBVersion(bootloader: 4, tee: 0, snp: 24, microcode: 218)
    for committed in [nil, current, older] {
      for reported in [nil, current, older] {
        var model = samples.compliance(hosts: 1)
        model.hosts[0].tcbs = ComplianceModel.TCBs(current: current, committed: committed, reported: reported)
        let html = ComplianceHtmlReport.render(model, title: "x", madeAt: PageSamples.now)
        let differs = "differs: snp 24 instead of 25, µcode 218 instead of 219"
        #expect(html.contains("committed \(differs)") == (committed == older))
        #expect(html.contains("reported \(differs)") == (reported == older))
      }
    }
  }

  /// The fleet is called by its worst host: one that is unknown keeps it from being compliant.
  @Test func theWorstCounts() {
    for states in [
      [ComplianceRow.State.compliant], [.compliant, .unknown], [.ahead, .behind, .compliant], [.unstable, .unknown],
    ] {
      var model = samples.compliance(hosts: states.count)
      for (place, state) in zip(0..., states) { model.hosts[place].state = state }
      let html = CompliancePage.render(model, filter: FleetFilter(), samples.context())
      let worst = [ComplianceRow.State.behind, .unstable, .unknown, .ahead, .compliant].first { states.contains($0) }
      let heading = html.components(separatedBy: "<h1>")[1].components(separatedBy: "</span>")[0]
      #expect(heading.hasSuffix(worst?.rawValue ?? ""), "\(states)")
    }
  }
}

import FleetCore
import Testing

@Suite struct BIOSVersionTests {
  static let rows: [(String, String, Bool?)] = [
    ("2.14.1", "2.14.1", true), ("2.14.1", "2.14", true), ("2.14", "2.14.1", false), ("2.14", "2.14.0", true),
    ("2.9", "2.14", false), ("10.0", "9.9", true), ("R2.14", "R2.14", true), ("R2.14", "r2.14", nil),
    ("R2.14", "2.14", nil), ("A43", "A43", true), ("A43", "A42", true), ("A43", "B42", nil),
  ]

  @Test(arguments: rows) func compares(found: String, least: String, isAtLeast: Bool?) throws {
    let (one, other) = (try #require(BIOSVersion(found)), try #require(BIOSVersion(least)))
    #expect(one.isAtLeast(other) == isAtLeast)
    #expect(one.description == found)
  }

  @Test(arguments: ["", "latest", "2.14a", "2..1", "2.", ".", "1234567890", "2.14-3", "٢.١"])
  func whatCannotBeComparedIsNoVersion(text: String) { #expect(BIOSVersion(text) == nil) }

  @Test func judgesAHost() {
    let need = BIOSNeed(vendor: "Vendor Inc.", minimum: "2.14")
    #expect(need.judge("Vendor Inc. 2.14.1 05/12/2026") == .met)
    #expect(need.judge("Vendor Inc. 2.14.1") == .met)
    #expect(need.judge("Another 1.0 05/12/2026") == .met)
    #expect(need.judge("Vendor Inc. 2.13 05/12/2026") == .tooOld(found: "Vendor Inc. 2.13 05/12/2026"))
    for text in ["Vendor Inc. ", "Vendor Inc. 05/12/2026", "Vendor Inc. 2.14 beta 05/12/2026", "Vendor Inc. U2.14"] {
      #expect(need.judge(text) == .unknown(found: text))
    }
    #expect(need.judge(nil) == .unknown(found: nil))
  }
}

import FleetCore
import FleetFormats
import Testing

@Suite struct CanonicalJSONTests {
  struct Inner: Codable { var b: Int?; var a: [UInt64] }
  struct Outer: Codable {
    var zeta: String
    var at: Instant
    var none: String?
    var inner: Inner
    var byFolder: [FamilyModel: FirmwareVersion]
    var empty: [String: Int]
    var flag: Bool
  }
  enum Shape: Codable { case round, square(side: Int) }

  let value = Outer(
    zeta: "a\"\\/\n\u{1}é", at: Instant(milliseconds: 1_000), none: nil, inner: Inner(b: nil, a: [3, .max]),
    byFolder: [
      FamilyModel(family: 0x1A, modelHigh: 0): FirmwareVersion(1, 55, 65),
      FamilyModel(family: 0x19, modelHigh: 1): FirmwareVersion(1, 55, 49),
    ], empty: [:], flag: true)

  @Test func canonicalBytes() throws {
    let expected = #"""
      {"at":1000,"byFolder":{"fam19h_model1xh":"1.55.49","fam1ah_model0xh":"1.55.65"},"empty":{},"flag":true,
      """# + #""inner":{"a":[3,18446744073709551615]},"zeta":"a\"\\/\n\u0001é"}"#
    let text = String(decoding: try CanonicalJSON.bytes(of: value), as: UTF8.self)
    #expect(text == expected.replacing("\n\"", with: "\"").replacing(",\n", with: ","))
  }

  @Test func prettyText() throws {
    #expect(
      try JSONText.pretty(value) == #"""
        {
          "zeta": "a\"\\/\n\u0001é",
          "at": "1970-01-01T00:00:01.000Z",
          "none": null,
          "inner": {
            "b": null,
            "a": [
              3,
              18446744073709551615
            ]
          },
          "byFolder": {
            "fam19h_model1xh": "1.55.49",
            "fam1ah_model0xh": "1.55.65"
          },
          "empty": {},
          "flag": true
        }
        """#)
    #expect(try JSONText.compact([Shape.round, .square(side: 2)]) == #"[{"round":{}},{"square":{"side":2}}]"#)
    #expect(try JSONText.compact([Int?.none, 4]) == "[null,4]")
  }

  @Test func fractionsAreRefused() {
    #expect(throws: JSONTextError.self) { try CanonicalJSON.bytes(of: ["a": ["b": 1.5]]) }
    #expect { try JSONText.pretty(["a": [1.5]]) } throws: { ($0 as? JSONTextError)?.path == "a.0" }
  }

  @Test func orderOfInsertionDoesNotMatter() throws {
    var (one, two): ([String: Int], [String: Int]) = ([:], [:])
    for index in 0..<200 { one["k\(index)"] = index }
    for index in (0..<200).reversed() { two["k\(index)"] = index }
    #expect(try CanonicalJSON.bytes(of: one) == CanonicalJSON.bytes(of: two))
    #expect(try JSONText.pretty(one) == JSONText.pretty(two))
  }

  @Test func planIDs() throws {
    let empty = Plan(changes: [], upToDate: [], excluded: [])
    let id = try PlanID(of: empty)
    #expect(id == (try PlanID(of: empty)))
    #expect(PlanID(rawValue: id.rawValue) == id)
    #expect(id != (try PlanID(of: Plan(changes: [], upToDate: [HostID("a")], excluded: []))))
    #expect(PlanID.isAbbreviation(id.short) && PlanID.isAbbreviation("plan-01234567"))
    for text in ["plan-0123456", "plan-0123456g", "plan-ABCDEF01", "01234567", "plan-"] {
      #expect(!PlanID.isAbbreviation(text) && PlanID(rawValue: text) == nil)
    }
    // SHA-256 of "abc" (FIPS 180-2).
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(ContentHash.sha256(Array("abc".utf8)) == abc)
  }
}

import FleetCore
import FleetStore
import Foundation
import Testing

/// Records are written as Foundation's encoder would write them: its text is what older stores hold, and what every
/// reader of JSON understands.
@Suite struct RecordCodingTests {
  private static let foundation: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()

  private func expectAlike(_ value: some Encodable, _ note: Comment = "") throws {
    let expected = String(decoding: try Self.foundation.encode(value), as: UTF8.self)
    let written = try RecordCoding.text(value)
    #expect(written == expected, note)
  }

  /// Everything that a container can be asked for.
  private enum Tree: Codable {
    case nothing
    case word(String)
    case named(first: Int, second: Double?, flag: Bool)
    indirect case both(Tree, Tree)
    case list([Tree])
    case table([String: Tree])
    case numbers(Int8, UInt16, Int64, UInt64, Float)
    case maybe([String?])

    init(_ random: inout SeededNumbers, depth: Int) {
      switch random.number(below: depth == 0 ? 4 : 8) {
      case 0: self = .nothing
      case 1: self = .word(Tree.word(&random))
      case 2:
        let fraction = Double(random.number(below: 1_000_000)) / 64
        self = .named(first: random.number(below: 99) - 50, second: random.flag() ? fraction : nil, flag: random.flag())
      case 3:
        self = .numbers(
          Int8(random.number(below: 255) - 127), UInt16(random.number(below: 65536)),
          random.flag() ? .min : Int64(random.number(below: 1 << 40)), random.flag() ? .max : 0,
          Float(random.number(below: 4096)) / 8)
      case 4: self = .both(Tree(&random, depth: depth - 1), Tree(&random, depth: depth - 1))
      case 5: self = .list((0..<random.number(below: 4)).map { _ in Tree(&random, depth: depth - 1) })
      case 6:
        var table: [String: Tree] = [:]
        for _ in 0..<random.number(below: 5) { table[Tree.word(&random)] = Tree(&random, depth: depth - 1) }
        self = .table(table)
      default: self = .maybe((0..<random.number(below: 4)).map { _ in random.flag() ? nil : Tree.word(&random) })
      }
    }

    private static func word(_ random: inout SeededNumbers) -> String {
      let alphabet: [Unicode.Scalar] = [
        "a", "Z", "9", "/", "\"", "\\", "\n", "\u{1}", "\u{7F}", "é", "\u{2028}", "😀", "_",
      ]
      var word = String.UnicodeScalarView()
      for _ in 0..<random.number(below: 7) { word.append(alphabet[random.number(below: alphabet.count)]) }
      return String(word)
    }
  }

  private struct SeededNumbers {
    var state: UInt64
    mutating func number(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    mutating func flag() -> Bool { number(below: 2) == 0 }
  }

  @Test func anyValueIsWrittenAsFoundationWritesIt() throws {
    for seed in UInt64(1)...3000 {
      var random = SeededNumbers(state: seed)
      let tree = Tree(&random, depth: 4)
      try expectAlike(tree, "seed \(seed)")
      let read = try RecordCoding.value(Tree.self, of: try RecordCoding.text(tree))
      try expectAlike(read, "seed \(seed), read again")
    }
  }

  @Test func anyCharacterIsWrittenAsFoundationWritesIt() throws {
    let scalars = (UInt32(0)..<0x3000).compactMap { Unicode.Scalar($0) }
    for scalar in scalars { try expectAlike([String(scalar): "<\(scalar)>"], "U+\(String(scalar.value, radix: 16))") }
  }

  @Test(arguments: [0, 1, -1, 0.1, 1.5, 1e15, 1e16, 1e300, 1e-300, 12345.678, 123456789012345680.0, -0.0])
  func anyNumberIsWrittenAsFoundationWritesIt(_ number: Double) throws {
    try expectAlike(["number": number])
    try expectAlike([number])
    try expectAlike(number)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity]) func whatIsNoNumberIsRefused(_ number: Double) {
    #expect(throws: StoreError.self) { try RecordCoding.text(["number": number]) }
    #expect(throws: StoreError.self) { try RecordCoding.text([number]) }
    #expect(throws: StoreError.self) { try RecordCoding.text(number) }
  }

  private class Base: Encodable {
    var base = 1
  }

  private final class Derived: Base {
    private enum Key: String, CodingKey { case own, parent }

    override func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode("own", forKey: .own)
      try super.encode(to: container.superEncoder())
      try super.encode(to: container.superEncoder(forKey: .parent))
      var again = encoder.container(keyedBy: Key.self)
      var list = again.nestedUnkeyedContainer(forKey: .own)
      try list.encode(true)
      var inner = list.nestedUnkeyedContainer()
      try inner.encodeNil()
      var keyed = list.nestedContainer(keyedBy: Key.self)
      try keyed.encodeNil(forKey: .own)
      try super.encode(to: list.superEncoder())
    }
  }

  @Test func containersInContainersAreTheirParts() throws {
    #expect(
      try RecordCoding.text(Derived())
        == #"{"own":"own","own":[true,[null],{"own":null},{"base":1}],"parent":{"base":1},"super":{"base":1}}"#)
  }
}

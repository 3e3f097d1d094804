/// SplitMix64: the same numbers for the same seed on every machine.
package struct SimRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// True in `count` of `total` cases.
  package mutating func chance(_ count: Int, of total: Int) -> Bool { number(0..<total) < count }

  /// As `Int.random`, whose algorithm no library promises to keep.
  package mutating func number(_ range: Range<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(max(1, range.count)))
  }

  package mutating func seconds(_ range: Range<Int>) -> Duration {
    .milliseconds(number(range) * 1000 + number(0..<1000))
  }
}

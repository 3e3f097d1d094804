import Foundation

/// What the environment says to the tests.
enum TestEnvironment {
  /// `SEVFLEET_TEST_SEED`: repeats a random test with the seed it printed; else a new seed each run.
  static func seed() -> UInt64 {
    if let text = ProcessInfo.processInfo.environment["SEVFLEET_TEST_SEED"], let seed = UInt64(text) { return seed }
    return UInt64.random(in: 1...UInt64(UInt32.max))
  }

  /// `SEVFLEET_CRASH_STRIDE`: every how many points the second crash is tried; 1 is exhaustive.
  ///
  /// A debug build is some twenty times slower, so it samples unless told otherwise.
  static var crashStride: Int {
    if let text = ProcessInfo.processInfo.environment["SEVFLEET_CRASH_STRIDE"], let stride = Int(text) {
      return max(1, stride)
    }
    #if DEBUG
      return 23
    #else
      return 1
    #endif
  }

  /// `count` in a release build, a tenth of it in a debug build, which is some twenty times slower.
  static func sample(_ count: Int) -> Int {
    #if DEBUG
      return max(1, count / 10)
    #else
      return count
    #endif
  }

  /// `UPDATE_DIAGRAM=1`: generated documents are written in place of being compared.
  static var updatesDiagram: Bool { ProcessInfo.processInfo.environment["UPDATE_DIAGRAM"] == "1" }
}

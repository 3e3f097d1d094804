/// The kernel's log of one host: the ring of this boot, and the journal of all boots.
struct KernelLog: Sendable {
  struct Line: Sendable, Equatable {
    /// Microseconds since the kernel started.
    var microseconds: Int
    var text: String

    /// The time as `dmesg` prints it.
    var stamp: String {
      Text.padded(microseconds / 1_000_000, width: 5) + "."
        + Text.padded(microseconds % 1_000_000, width: 6, with: "0")
    }
  }

  struct Boot: Sendable {
    var id: String
    /// Seconds since 1970 at which the kernel started.
    var start: Double
    var lines: [Line] = []
  }

  private(set) var ring: [Line] = []
  private(set) var boots: [Boot] = []
  /// Lines that the ring keeps.
  private let capacity = 2000

  mutating func begin(bootID: String, start: Double) {
    ring = []
    boots.append(Boot(id: bootID, start: start))
  }

  /// Adds a line; time never runs backwards, and no two lines have the same time.
  mutating func add(_ text: String, microseconds: Int) {
    let last = boots.last?.lines.last?.microseconds ?? -12
    let line = Line(microseconds: max(microseconds, last + 12), text: text)
    ring.append(line)
    if ring.count > capacity { ring.removeFirst(ring.count - capacity) }
    if !boots.isEmpty { boots[boots.count - 1].lines.append(line) }
  }

  /// Forgets what this boot has logged so far.
  mutating func lose(journalToo: Bool) {
    ring = []
    guard journalToo, !boots.isEmpty else { return }
    boots[boots.count - 1].lines = []
  }
}

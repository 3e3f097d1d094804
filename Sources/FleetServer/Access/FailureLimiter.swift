import Synchronization

/// Counts wrong credentials by the address they came from.
///
/// Whoever has a right token is let in all the same: its 256 bits cannot be guessed, and a neighbour behind the same
/// address must not be able to keep an operator from a halt (decision 0024).
package final class FailureLimiter: Sendable {
  /// Wrong ones in a row before the answer is 429: a person who pastes the wrong token does so a few times.
  package static let burst = 10
  /// One more is allowed after this long: ten a minute tell a mistyped token from a search.
  package static let refill = Duration.seconds(6)
  /// Addresses that are kept; beyond them the one that failed longest ago is forgotten.
  package static let maxPeers = 4096

  private struct Bucket {
    var failures: Int
    var last: ContinuousClock.Instant
  }

  private let buckets = Mutex<[String: Bucket]>([:])

  package init() {}

  /// Notes a failure. Returns for how many seconds the peer should be quiet; `nil`: it is within its bound.
  package func fail(_ peer: String, at now: ContinuousClock.Instant = .now) -> Int? {
    buckets.withLock { buckets in
      var bucket = buckets[peer] ?? Bucket(failures: 0, last: now)
      let refilled = Int((now - bucket.last) / Self.refill)
      bucket.failures = min(Self.burst, max(0, bucket.failures - max(0, refilled)))
      bucket.last = now
      let isOver = bucket.failures >= Self.burst
      if !isOver { bucket.failures += 1 }
      if buckets[peer] == nil, buckets.count >= Self.maxPeers,
        let oldest = buckets.min(by: { $0.value.last < $1.value.last })
      {
        buckets[oldest.key] = nil
      }
      buckets[peer] = bucket
      return isOver ? Int(Self.refill.components.seconds) : nil
    }
  }
}

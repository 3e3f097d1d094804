/// When a cold-moved server is confirmed, and when it is taken back: it must show the power state it had before for
/// `confirm_after` (RULES D6). Pure; times are monotonic milliseconds.
package struct ConfirmRule: Hashable, Sendable {
  package enum Verdict: Hashable, Sendable { case wait, confirm, takeBack }

  private let need: Int64
  private let patience: Int64
  private var watchedSince: Int64?
  /// Since when the power state is as before without a break.
  private var steadySince: Int64?

  /// `confirmAfter` is the policy's; `acceptance` is what Nova may take until a power state is seen at all.
  package init(confirmAfter: Duration, acceptance: Duration) {
    need = confirmAfter.wholeMilliseconds
    // Twice the time, so that a guest that comes up late can still be steady for as long as it must.
    patience = 2 * need + acceptance.wholeMilliseconds
  }

  package mutating func look(_ powerState: Int, before: Int, at now: Int64) -> Verdict {
    let began = watchedSince ?? now
    watchedSince = began
    steadySince = powerState == before ? steadySince ?? now : nil
    if let steadySince, now - steadySince >= need { return .confirm }
    return now - began >= patience ? .takeBack : .wait
  }
}

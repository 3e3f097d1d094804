import FleetCore
import Testing

@Suite("Who may run a rollout, and when") struct RolloutBookingTests {
  private static let opens = Instant(milliseconds: 1_795_000_000_000)
  private static let closes = opens + .seconds(4 * 3600)
  private static let before = opens + .seconds(-60)
  private static let inside = opens + .seconds(60)

  private static func opening(_ shift: Duration = .zero, _ end: Duration = .zero) throws -> Opening {
    Opening(
      date: try #require(CivilDate(year: 2026, month: 11, day: 18)), opens: opens + shift, closes: closes + end)
  }

  private static func booking(_ approvals: Int = 1, _ events: [JournalEvent] = []) throws -> RolloutBooking {
    var booking = RolloutBooking()
    booking.take(.rolloutScheduled(schedule: "nights", opening: try opening(), approvals: approvals))
    for event in events { booking.take(event) }
    return booking
  }

  private static let started = JournalEvent.rolloutStarted(plan: "plan-1", by: "ada", emergency: nil)
  private static let paused = JournalEvent.rolloutPaused(reason: "by bob")
  private static let halted = JournalEvent.rolloutHalted(reason: "by bob")

  @Test("what stands is the opening of its schedule on its date, as the schedules tell it now") func standing() throws {
    func schedule(_ name: String, start: Int, days: [Weekday] = Weekday.allCases) -> Schedule {
      Schedule(
        name: name, window: MaintenanceWindow(days: days, start: start, duration: .seconds(3600), zone: ZoneRules.utc))
    }
    let booking = try Self.booking()
    let date = try Self.opening().date
    let own = schedule("nights", start: 600)
    let other = schedule("days", start: 300)
    let opening = try #require(own.window.opening(on: date))
    #expect(booking.standing(in: [other, own]) == opening)
    #expect(
      booking.standing(in: [schedule("nights", start: 660)])
        == own.window.opening(on: date).map {
          Opening(date: $0.date, opens: $0.opens + .seconds(3600), closes: $0.closes + .seconds(3600))
        }, "it moves with its schedule")
    for schedules in [[], [other], [schedule("nights", start: 600, days: [])]] {
      #expect(booking.standing(in: schedules) == nil)
    }
    #expect(RolloutBooking().standing(in: [own, other]) == nil, "no schedule planned it")
  }

  @Test("an ordinary rollout is whoever's who runs it, and serve's only once it was left there") func ordinary() {
    var booking = RolloutBooking()
    booking.take(Self.started)
    #expect(booking.turn(now: Self.inside, standing: nil) == nil)
    #expect(booking.terms(now: Self.inside, standing: nil) == .begin(until: nil))
    booking.take(.rolloutLeft(by: "ada"))
    #expect(booking.turn(now: Self.inside, standing: nil) == .begin(until: nil))
    #expect(booking.leftBy == "ada" && booking.waiting == nil)
  }

  @Test("each person counts once, and the window decides after them") func approvals() throws {
    for needed in 0...2 {
      var booking = try Self.booking(needed)
      let standing = try Self.opening()
      for count in 0..<needed {
        #expect(booking.missing == needed - count)
        for now in [Self.before, Self.inside] {
          #expect(booking.turn(now: now, standing: standing) == .awaitsApproval(missing: needed - count))
        }
        booking.take(.rolloutApproved(by: "person \(count)"))
        booking.take(.rolloutApproved(by: "person \(count)"))
      }
      #expect(booking.missing == 0 && booking.approvedBy.count == needed)
      #expect(booking.turn(now: Self.before, standing: standing) == .waits(until: Self.opens))
      #expect(booking.turn(now: Self.opens, standing: standing) == .begin(until: Self.closes))
      #expect(booking.isWaiting && booking.waiting?.contains("nights") == true)
    }
  }

  @Test("an emergency waits for others than the one who asked, whatever else happens to it") func question() {
    let stops: [[JournalEvent]] = [[], [Self.paused], [Self.halted], [Self.paused, .rolloutLeft(by: "ada")]]
    for needed in 1...2 {
      for stop in stops {
        var booking = RolloutBooking()
        booking.take(.rolloutLeft(by: "ada", approvals: needed))
        for event in stop { booking.take(event) }
        let isStopped = stop.last == Self.paused || stop.last == Self.halted
        for count in 0..<needed {
          let missing = needed - count
          #expect(booking.terms(now: Self.inside, standing: nil) == .awaitsApproval(missing: missing))
          #expect(
            booking.turn(now: Self.inside, standing: nil) == (isStopped ? nil : .awaitsApproval(missing: missing)))
          #expect(booking.refusal(of: "ada")?.kind == (stop.last == Self.halted ? .halted : .samePerson))
          #expect(booking.refusal(of: "person \(count)")?.kind == (stop.last == Self.halted ? .halted : nil))
          booking.take(.rolloutApproved(by: "person \(count)"))
          #expect(booking.refusal(of: "person \(count)") != nil, "each person counts once")
        }
        #expect(booking.terms(now: Self.inside, standing: nil) == .begin(until: nil))
        #expect(booking.isWaiting == !isStopped)
        booking.take(Self.started)
        #expect(booking.isWaiting == false && booking.waiting == nil)
        #expect(booking.refusal(of: "eve")?.kind == .approvedAlready)
      }
    }
  }

  @Test("two tokens of one person are one person") func tokens() throws {
    for asker in ["ada", "ada/laptop", "ada/phone"] {
      for approver in ["ada", "ada/laptop", "ada/phone"] {
        var booking = RolloutBooking()
        booking.take(.rolloutLeft(by: asker, approvals: 1))
        #expect(booking.refusal(of: approver)?.kind == .samePerson, "\(asker), \(approver)")
        // However it got into the journal, it is no approval.
        booking.take(.rolloutApproved(by: approver))
        #expect(booking.missing == 1 && booking.terms(now: Self.inside, standing: nil) == .awaitsApproval(missing: 1))
        booking.take(.rolloutApproved(by: "bob/laptop"))
        #expect(booking.missing == 0)
      }
    }
    var scheduled = try Self.booking(2, [.rolloutApproved(by: "ada/laptop"), .rolloutApproved(by: "ada")])
    #expect(scheduled.missing == 1 && scheduled.approvedBy == ["ada/laptop"])
    #expect(scheduled.refusal(of: "ada/phone")?.kind == .samePerson && scheduled.refusal(of: "adam") == nil)
    scheduled.take(.rolloutApproved(by: "adam"))
    #expect(scheduled.missing == 0)
  }

  @Test("whoever asks again does not count as one who agreed before") func askedAgain() {
    var booking = RolloutBooking()
    booking.take(.rolloutLeft(by: "ada", approvals: 1))
    booking.take(.rolloutApproved(by: "bob"))
    #expect(booking.missing == 0)
    booking.take(.rolloutLeft(by: "bob", approvals: 1))
    #expect(booking.missing == 1 && booking.refusal(of: "bob")?.kind == .samePerson)
    #expect(booking.refusal(of: "ada") == nil)
  }

  @Test("what nobody agrees to for a day is closed, whatever else happens to it") func lapse() {
    let stops: [[JournalEvent]] = [[], [Self.paused], [Self.paused, .rolloutLeft(by: "ada")]]
    for needed in 1...2 {
      for stop in stops {
        for agreed in 0...needed {
          var booking = RolloutBooking()
          booking.take(.rolloutLeft(by: "ada", approvals: needed), at: Self.before)
          for event in stop { booking.take(event, at: Self.inside) }
          for count in 0..<agreed { booking.take(.rolloutApproved(by: "person \(count)"), at: Self.inside) }
          let end = Self.before + RolloutBooking.answerTime
          let row = "\(stop), \(agreed) of \(needed)"
          #expect(booking.lapsesAt == (agreed < needed ? end : nil), "\(row)")
          for (now, isLate) in [(end + .milliseconds(-1), false), (end, true), (end + .seconds(86_400), true)] {
            let isOver = isLate && agreed < needed
            #expect((booking.lapse(at: now) != nil) == isOver, "\(row)")
            #expect((booking.closing(now: now, standing: nil) != nil) == isOver, "\(row)")
            let kind = booking.refusal(of: "eve", at: now)?.kind
            #expect(kind == (isOver ? .lapsed : agreed < needed ? nil : .approvedAlready), "\(row)")
          }
          booking.take(Self.started, at: end)
          #expect(booking.lapse(at: end) == nil && booking.lapsesAt == nil, "what was begun is no question any more")
        }
      }
    }
  }

  @Test("what was not begun in its window never begins") func missed() throws {
    for events in [[], [JournalEvent.rolloutApproved(by: "ada")]] {
      let booking = try Self.booking(1, events)
      guard case .close(let reason)? = booking.turn(now: Self.closes, standing: try Self.opening()) else {
        Issue.record("it may still begin")
        continue
      }
      #expect(reason.contains(events.isEmpty ? "not approved" : "nothing was begun"))
    }
  }

  /// The window comes first whatever was said: no way of taking a rollout up again goes around people or time.
  @Test("stopping and taking up again changes neither who must agree nor when") func noWayAround() throws {
    for stop in [Self.paused, Self.halted] {
      for again in [JournalEvent.rolloutLeft(by: "bob"), .rolloutResumed] {
        let stopped = try Self.booking(1, [stop])
        #expect(stopped.turn(now: Self.inside, standing: try Self.opening()) == nil)
        #expect(!stopped.isWaiting)
        let resumed = try Self.booking(1, [stop, again])
        for terms in [
          resumed.turn(now: Self.inside, standing: try Self.opening()),
          resumed.terms(now: Self.inside, standing: try Self.opening()),
          stopped.terms(now: Self.inside, standing: try Self.opening()),
        ] { #expect(terms == .awaitsApproval(missing: 1)) }
        let approved = try Self.booking(1, [.rolloutApproved(by: "ada"), stop, again])
        #expect(approved.turn(now: Self.before, standing: try Self.opening()) == .waits(until: Self.opens))
      }
    }
  }

  @Test("what was begun is brought to its end under the gate, also behind its window") func begun() throws {
    let booking = try Self.booking(1, [.rolloutApproved(by: "ada"), Self.started])
    let standing = try Self.opening()
    #expect(booking.turn(now: Self.inside, standing: standing) == .begin(until: Self.closes))
    #expect(booking.turn(now: Self.closes + .seconds(3600), standing: standing) == .begin(until: Self.closes))
    #expect(booking.turn(now: Self.inside, standing: nil) == .begin(until: Instant(milliseconds: 0)), "nothing new")
    #expect(booking.turn(now: Self.before, standing: standing) == .begin(until: Instant(milliseconds: 0)))
    #expect(booking.waiting == nil && !booking.isWaiting)
    for stop in [Self.paused, Self.halted, .rolloutFinished] {
      let stopped = try Self.booking(1, [.rolloutApproved(by: "ada"), Self.started, stop])
      #expect(stopped.turn(now: Self.inside, standing: standing) == nil)
    }
  }

  @Test("a schedule that was changed after booking counts as it is now, where it is narrower") func changed() throws {
    let booking = try Self.booking(0)
    let later = Duration.seconds(1800)
    let narrower = try Self.opening(later, .zero - later)
    #expect(booking.turn(now: Self.opens, standing: narrower) == .waits(until: Self.opens + later))
    #expect(booking.turn(now: Self.opens + later, standing: narrower) == .begin(until: Self.closes + (.zero - later)))
    let wider = try Self.opening(.zero - later, later)
    #expect(booking.turn(now: Self.before, standing: wider) == .waits(until: Self.opens))
    #expect(booking.turn(now: Self.opens, standing: wider) == .begin(until: Self.closes))
    #expect(booking.turn(now: Self.before, standing: nil) == .waits(until: Self.closes), "it may only be rewritten")
    guard case .close(let reason)? = booking.turn(now: Self.closes, standing: nil) else {
      Issue.record("an opening that is gone may still begin")
      return
    }
    #expect(reason.contains("nights"))
  }

  @Test("an approval is refused for one reason, by kind") func refusals() throws {
    let ada = JournalEvent.rolloutApproved(by: "ada")
    #expect(RolloutBooking().refusal(of: "ada")?.kind == .notScheduled)
    #expect(try Self.booking(1).refusal(of: "ada") == nil)
    #expect(try Self.booking(1, [Self.paused]).refusal(of: "ada") == nil, "it may be agreed to and go on later")
    #expect(try Self.booking(0).refusal(of: "ada")?.kind == .approvedAlready)
    #expect(try Self.booking(1, [ada]).refusal(of: "bob")?.kind == .approvedAlready)
    #expect(try Self.booking(2, [ada]).refusal(of: "ada")?.kind == .samePerson)
    #expect(try Self.booking(2, [ada]).refusal(of: "bob") == nil)
    #expect(try Self.booking(1, [Self.halted]).refusal(of: "ada")?.kind == .halted)
    #expect(try Self.booking(1, [ada, Self.started, .rolloutFinished]).refusal(of: "ada")?.kind == .finished)
  }
}

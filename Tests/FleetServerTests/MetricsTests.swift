import FleetCore
import FleetServer
import FleetStore
import Testing

/// The numbers for Prometheus.
@Suite struct MetricsTests {
  private struct Sample: Hashable {
    var name: String
    var labels: [String: String]
    var value: Double
  }

  /// Reads the text format; throws where a line is none of it.
  private static func parse(_ text: String) throws -> (samples: [Sample], types: [String: String]) {
    var samples: [Sample] = []
    var types: [String: String] = [:]
    #expect(text.hasSuffix("\n"))
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# HELP ") { continue }
      if line.hasPrefix("# TYPE ") {
        let words = line.split(separator: " ")
        try #require(words.count == 4, "\(line)")
        #expect(types.updateValue(String(words[3]), forKey: String(words[2])) == nil, "\(line) comes twice")
        continue
      }
      let match = try #require(
        line.wholeMatch(of: /([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\]|\\.)*",?)+)\})? (-?[0-9.]+)/), "\(line)")
      var labels: [String: String] = [:]
      for pair in (match.output.2 ?? "").matches(of: /([a-z]+)="((?:[^"\\]|\\.)*)"/) {
        labels[String(pair.output.1)] = String(pair.output.2)
      }
      let sample = Sample(
        name: String(match.output.1), labels: labels, value: try #require(Double(match.output.3), "\(line)"))
      let names = types.keys.flatMap { name in ["", "_bucket", "_sum", "_count"].map { name + $0 } }
      #expect(names.contains(sample.name), "\(line) has no type")
      samples.append(sample)
    }
    return (samples, types)
  }

  @Test func theyAreReadAsPrometheusReadsThem() async throws {
    try await Bench.run { bench in
      let plan = try bench.plan(["h1", "h2"])
      try bench.store.createRollout(
        id: "r-1234", plan: plan, at: Bench.start, events: [.rolloutStarted(plan: plan, by: "ada", emergency: nil)])
      let drain: [(HostRun.Event, Int)] = [
        (.stepStarted(step: .drain, attempt: 1), 0), (.stepSucceeded(step: .drain, completion: .performed), 90),
      ]
      for (event, seconds) in drain {
        try bench.store.append(
          .run(event), rollout: nil, host: HostID("h9"), at: Bench.start + .seconds(seconds))
      }
      let reply = try await bench.ask("GET", "/metrics")
      #expect(reply.status == 200, "\(reply.text)")
      #expect(reply.header("content-type")?.hasPrefix("text/plain; version=0.0.4") == true)
      let (samples, types) = try Self.parse(reply.text)
      func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
      }
      #expect(value("sevfleet_hosts", ["state": "compliant"]) == 2)
      #expect(value("sevfleet_hosts", ["state": "unknown"]) == 0)
      #expect(value("sevfleet_noncompliant_hosts", ["bulletin": "AMD-SB-3023"]) == 1)
      #expect(value("sevfleet_noncompliant_hosts", ["bulletin": #"AMD-SB-\"odd\""#]) == 0)
      #expect(value("sevfleet_probe_errors", ["kind": "unreachable"]) == 1)
      #expect(value("sevfleet_rollout_hosts", ["rollout": "r-1234", "outcome": "pending"]) == 2)
      #expect(value("sevfleet_rollouts", ["state": "running"]) == 1)
      #expect(value("sevfleet_journal_entries_total") == 3)
      for name in ["sevfleet_lock_age_seconds", "sevfleet_last_look_age_seconds", "sevfleet_event_readers"] {
        #expect(value(name).map { $0 >= 0 } == true, "\(name)")
      }
      #expect(types["sevfleet_drain_seconds"] == "histogram")
      #expect(value("sevfleet_drain_seconds_bucket", ["le": "+Inf"]) == value("sevfleet_drain_seconds_count"))
    }
  }

  private static func entry(_ seq: Int64, _ event: HostRun.Event, _ seconds: Int, _ host: String = "h1") -> JournalEntry
  {
    JournalEntry(
      seq: seq, at: Bench.start + .seconds(seconds), rollout: "r1", host: HostID(host), event: .run(event))
  }

  /// What is added between two scrapes shows in the second; what is not, stays.
  @Test func aRolloutIsToldAsItIsNow() async throws {
    try await Bench.run { bench in
      for (rollout, host) in [("r-one1", "h1"), ("r-two2", "h2")] {
        let plan = try bench.plan([host])
        try bench.store.createRollout(
          id: rollout, plan: plan, at: Bench.start, events: [.rolloutStarted(plan: plan, by: "ada", emergency: nil)])
      }
      func outcomes(_ rollout: String) async throws -> [String: Double] {
        let samples = try Self.parse(try await bench.ask("GET", "/metrics").text).samples
        let own = samples.filter { $0.name == "sevfleet_rollout_hosts" && $0.labels["rollout"] == rollout }
        return Dictionary(uniqueKeysWithValues: own.map { ($0.labels["outcome"] ?? "", $0.value) })
      }
      for _ in 0..<2 { #expect(try await outcomes("r-one1")["pending"] == 1) }
      for event in [
        HostRun.Event.stepStarted(step: .observe, attempt: 1),
        .stepFailed(step: .observe, failure: Failure(.connectionLost, "gone")), .returnStarted, .skipped,
      ] { try bench.store.append(.run(event), rollout: "r-one1", host: HostID("h1"), at: Bench.start) }
      let after = try await outcomes("r-one1")
      #expect(after["pending"] == 0 && after["skipped"] == 1, "\(after)")
      #expect(try await outcomes("r-two2")["pending"] == 1)
    }
  }

  @Test func drainsAreCountedByHowLongTheyTook() {
    for seconds in [0, 30, 31, 7200, 7201] {
      var fold = DrainFold()
      fold.take(Self.entry(1, .stepStarted(step: .drain, attempt: 1), 0))
      fold.take(Self.entry(2, .stepStarted(step: .drain, attempt: 2), 10))
      fold.take(Self.entry(3, .stepSucceeded(step: .drain, completion: .performed), seconds))
      #expect(fold.count == 1)
      #expect(fold.sum == Int64(seconds))
      for (bound, count) in zip(DrainFold.bounds, fold.counts) { #expect((count == 1) == (Int64(seconds) <= bound)) }
      #expect(fold.seq == 3)
    }
  }

  @Test func whatWasNoDrainIsNotCounted() {
    let started = HostRun.Event.stepStarted(step: .drain, attempt: 1)
    let failure = Failure(.drainDeadline, "late")
    let others: [[HostRun.Event]] = [
      [.stepSucceeded(step: .drain, completion: .performed)],
      [started, .stepSucceeded(step: .drain, completion: .alreadyDone)],
      [started, .stepFailed(step: .drain, failure: failure), .stepSucceeded(step: .drain, completion: .performed)],
      [.stepStarted(step: .stage, attempt: 1), .stepSucceeded(step: .stage, completion: .performed)],
    ]
    for events in others {
      var fold = DrainFold()
      for (index, event) in events.enumerated() { fold.take(Self.entry(Int64(index + 1), event, index)) }
      #expect(fold.count == 0, "\(events)")
    }
  }
}

import FleetBrowser
import FleetLab
import FleetStore
import Foundation
import Testing

/// The pages of a real `serve` over a lab fleet, in a real browser: a person signs in, follows a rollout, pauses it, sees
/// the controller go and come back, resumes it, and reads its end. Every event reaches the browser, once.
@Suite(.serialized) struct PageRunTests {
  private static func until(_ what: () async throws -> Bool) async throws {
    while try await !what() { try await Task.sleep(for: .milliseconds(50)) }
  }

  /// Runs `serve --listen` and calls `body` once it answers; ended by SIGTERM.
  private static func serving(
    _ scenario: Scenario, port: Int, _ body: @Sendable () async throws -> Void
  ) async throws {
    let ended = try await Program.run(
      ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/firmware-catalog"]
        + ["serve", "--probe-every", "1h", "--listen", "127.0.0.1:\(port)"], environment: scenario.environment
    ) { process in
      do {
        try await until { (try? await PlainHTTP.ask("GET", "/readyz", port: port, token: ""))?.status == 200 }
        try await body()
      } catch {
        kill(process, SIGKILL)
        throw error
      }
      kill(process, SIGTERM)
    }
    #expect(ended.status == 130, "\(ended.stderr)")
  }

  private static func state(_ rollout: String, _ scenario: Scenario) async throws -> String {
    struct Shown: Decodable { var state: String }
    let ended = try await scenario.sevfleet("rollout", "show", rollout, "--json")
    return try JSONDecoder().decode(Shown.self, from: Data(ended.stdout.utf8)).state
  }

  /// Reads the events beside the page, as a program in the browser would, and goes on behind the last one it had.
  private static let reader = """
    window.had = [];
    window.follow = (after) => {
      const source = new EventSource(`/v1/events?after=${after}`);
      const take = (event) => { if (event.lastEventId) window.had.push(Number(event.lastEventId)); };
      for (const kind of window.kinds) source.addEventListener(kind, take);
    };
    """

  @Test func aRolloutIsFollowedPausedAndResumedFromItsPage() async throws {
    let policy = "waves: [100%]\nmax_unavailable: 1\n"
    try await Lanes.shared.run {
      try await Scenario.with(hosts: [.milan("h1"), .milan("h2"), .milan("h3")], policy: policy) { scenario in
        let made = try await scenario.sevfleet("token", "create", "ada", "--role", "operator")
        let token = made.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
        let port = try PlainHTTP.freePort()
        let site = "http://127.0.0.1:\(port)"
        let planned = try await scenario.sevfleet("plan", "--json")
        let plan = try #require(
          (try JSONSerialization.jsonObject(with: Data(planned.stdout.utf8)) as? [String: Any])?["id"] as? String)
        // Slow enough for a person to press a button while the first host is under work.
        try await scenario.world.lab.set(.slow(milliseconds: 150), on: "h1")
        try await Browser.with { browser in
          let page = try await browser.page()
          let rollout = "r-page"
          try await Self.serving(scenario, port: port) {
            try await Self.signIn(page, site, token)
            try await page.wait(until: "document.querySelectorAll('[data-key]').length >= 3")
            let begun = try await PlainHTTP.ask(
              "POST", "/v1/rollouts", port: port, token: token, body: #"{"plan": "\#(plan)", "rollout": "\#(rollout)"}"#
            )
            #expect(begun.status == 202, "\(begun.body)")
            try await page.open("\(site)/rollouts/\(rollout)")
            try await page.evaluate(
              "window.kinds = \(Self.kinds); \(Self.reader) window.follow(0)")
            try await page.wait(until: "document.body.innerText.includes('under way')")
            // By keyboard alone: the button opens the form, the reason is typed, Enter sends it.
            try await page.evaluate("document.querySelector('#act-pause summary').focus()")
            try await page.press(.enter)
            try await page.evaluate("document.querySelector('#act-pause-reason').focus()")
            try await page.type("somebody looks at h1")
            try await page.loaded { @Sendable () async throws(BrowserError) in try await page.press(.enter) }
            try await page.wait(until: "document.body.innerText.includes('somebody looks at h1')")
            try await page.wait(until: "document.querySelector('h1').parentElement.innerText.includes('paused')")
            try await Self.until { try await Self.state(rollout, scenario) == "paused" }
            try await page.evaluate("window.kinds = \(Self.kinds); \(Self.reader) window.follow(0)")
          }
          try await page.wait(until: "document.getElementById('live-status').innerText.includes('Connection lost')")
          try await scenario.world.lab.clear(.slow, on: "h1")
          try await Self.serving(scenario, port: port) {
            try await page.wait(until: "document.getElementById('live-status').innerText.includes('nothing lost')")
            try await page.evaluate("document.querySelector('#act-resume summary').focus()")
            try await page.press(.enter)
            let kept = try await page.evaluate("JSON.stringify(window.had)").text ?? "[]"
            try await page.loaded { @Sendable () async throws(BrowserError) in
              try await page.evaluate("document.querySelector('#act-resume button').click()")
            }
            let last = try JSONDecoder().decode([Int].self, from: Data(kept.utf8)).max() ?? 0
            try await page.evaluate(
              "window.kinds = \(Self.kinds); \(Self.reader) window.had = \(kept); window.follow(\(last))")
            try await page.wait(until: "document.querySelector('h1').parentElement.innerText.includes('finished')")
            let store = try FleetStore.open(folder: "\(scenario.folder)/state", readOnly: true)
            let written = try store.lastSeq()
            try await page.wait(until: "window.had.length >= \(written)")
            let had = try await page.evaluate("JSON.stringify(window.had)").text ?? ""
            #expect(try JSONDecoder().decode([Int64].self, from: Data(had.utf8)) == Array(1...written))
            try await Self.readTheRest(page, site, rollout)
          }
          // What the browser says of a server that is away is no fault of the page.
          let faults = await page.faults.filter { !$0.contains("ERR_") && !$0.contains("401") && !$0.contains("404") }
          #expect(faults.isEmpty, "\(faults)")
        }
        for host in ["h1", "h2", "h3"] {
          #expect(try await scenario.truth(host).running == LabVersion(1, 55, 34))
          #expect(await scenario.service(host)?.isEnabled == true)
        }
        let told = try await scenario.sevfleet("audit", "list", "--by", "ada").stdout
        #expect(told.contains("paused") && told.contains("somebody looks at h1"), "\(told)")
      }
    }
  }

  private static let kinds: String = {
    let kinds = [
      "rolloutStarted", "rolloutPaused", "rolloutResumed", "rolloutHalted", "rolloutFinished", "hostDispatched",
      "sevESLossAccepted", "observed", "finding", "backupMade", "waveStarted", "soakStarted", "waveJudged",
      "combinationPaused", "rolloutScheduled", "rolloutApproved", "rolloutLeft", "audited", "stepStarted",
      "stepResumed", "stepSucceeded", "stepFailed", "effectIntended", "effectObserved", "recorded",
    ]
    return "[" + kinds.map { "'\($0)'" }.joined(separator: ", ") + "]"
  }()

  private static func signIn(_ page: BrowserPage, _ site: String, _ token: String) async throws {
    try await page.open("\(site)/")
    try await page.wait(until: "location.pathname === '/login'")
    try await page.evaluate("document.getElementById('token').focus()")
    try await page.type("not-the-token")
    try await page.loaded { @Sendable () async throws(BrowserError) in try await page.press(.enter) }
    try await page.wait(until: "document.body.innerText.includes('not known here')")
    try await page.evaluate("document.getElementById('token').focus()")
    try await page.type(token)
    try await page.loaded { @Sendable () async throws(BrowserError) in try await page.press(.enter) }
    try await page.wait(until: "location.pathname === '/'")
  }

  /// What the other pages tell of it, and the report to keep.
  private static func readTheRest(_ page: BrowserPage, _ site: String, _ rollout: String) async throws {
    try await page.open("\(site)/hosts/h1")
    try await page.wait(
      until: "document.body.innerText.includes('1.55.34') && document.body.innerText.includes('1.55.31')")
    try await page.open("\(site)/compliance")
    try await page.wait(until: "document.body.innerText.includes('compliant')")
    try await page.open("\(site)/audit?rollout=\(rollout)")
    try await page.wait(
      until: "document.body.innerText.includes('ada') && document.body.innerText.includes('chain whole')")
    try await page.open("\(site)/rollouts")
    try await page.wait(until: "document.body.innerText.includes('3 of 3')")
    let report =
      try await page.evaluate(
        "fetch('/compliance/report?format=html').then((answer) => answer.text())"
      ).text ?? ""
    #expect(report.hasPrefix("<!DOCTYPE html>") && report.contains("h3"))
    try await page.open("\(site)/hosts/nobody")
    try await page.wait(until: "document.body.innerText.includes('That did not work')")
  }
}

import Foundation

/// A browser that a test drives: commands with their answers, events, and requests that the test answers itself.
package actor Browser {
  /// No command and no wait of a test takes so long on a loaded machine; one that does is told by name.
  static let patience = Duration.seconds(60)

  private let process: BrowserProcess
  private var nextCommand = 0
  private var commands: [Int: Waiter] = [:]
  /// What somebody listens for, by a number each.
  private var listening: [Int: Event] = [:]
  private var listeners: [Int: Waiter] = [:]
  /// Came before their listener asked.
  private var heard: Set<Int> = []
  private var routes: [String: @Sendable (BrowserRequest) async -> BrowserAnswer] = [:]
  /// By session.
  private(set) var faults: [String: [String]] = [:]
  private var hasEnded = false

  private typealias Waiter = CheckedContinuation<Result<BrowserValue, BrowserError>, Never>

  struct Event: Hashable {
    var session: String
    var method: String
  }

  /// Starts one, gives it to `body` and ends it, whatever happens.
  package static func with<Value: Sendable>(
    program: String = "chromium", _ body: (Browser) async throws -> Value
  ) async throws -> Value {
    let process = try BrowserProcess.start(program: program)
    defer { process.end() }
    let browser = Browser(process)
    let reading = Task { await browser.read() }
    defer { reading.cancel() }
    return try await body(browser)
  }

  private init(_ process: BrowserProcess) { self.process = process }

  /// A new page; all it asks for is answered by `routes`, so it needs no server and no network.
  package func page(
    routes handler: @escaping @Sendable (BrowserRequest) async -> BrowserAnswer
  ) async throws(BrowserError) -> BrowserPage {
    let page = try await page()
    routes[page.session] = handler
    try await page.call("Fetch.enable", ["patterns": [["urlPattern": "*"]]])
    return page
  }

  /// A new page that asks its servers.
  package func page() async throws(BrowserError) -> BrowserPage {
    let target = try await call("Target.createTarget", ["url": "about:blank"])["targetId"]
    let session =
      try await call("Target.attachToTarget", ["targetId": target, "flatten": true])["sessionId"].text ?? ""
    let page = BrowserPage(browser: self, session: session)
    for domain in ["Page", "Runtime", "Log", "DOM"] { try await page.call("\(domain).enable") }
    return page
  }

  /// Gives a command and waits for its answer.
  func call(
    _ method: String, _ parameters: [String: BrowserValue] = [:], session: String? = nil
  ) async throws(BrowserError) -> BrowserValue {
    guard !hasEnded else { throw .ended(process.tail) }
    nextCommand += 1
    let id = nextCommand
    var message: [String: BrowserValue] = [
      "id": .number(Double(id)), "method": .string(method), "params": .object(parameters),
    ]
    if let session { message["sessionId"] = .string(session) }
    let text = BrowserValue.object(message).json
    let answer = await withCheckedContinuation { waiter in
      commands[id] = waiter
      if !process.send(text) { end() }
      lateAfter(method) { browser in browser.commands.removeValue(forKey: id) }
    }
    let value = try answer.get()
    if let error = value["error"]["message"].text { throw .refused(method: method, text: error) }
    return value["result"]
  }

  /// Waits for an event that `cause` brings about; listening begins before it.
  func event(_ event: Event, causedBy cause: @Sendable () async throws(BrowserError) -> Void) async throws(BrowserError)
  {
    nextCommand += 1
    let id = nextCommand
    listening[id] = event
    do { try await cause() } catch {
      listening[id] = nil
      throw error
    }
    if heard.remove(id) != nil { return }
    guard !hasEnded else { throw .ended(process.tail) }
    let answer = await withCheckedContinuation { waiter in
      listeners[id] = waiter
      lateAfter(event.method) { browser in
        browser.listening[id] = nil
        return browser.listeners.removeValue(forKey: id)
      }
    }
    _ = try answer.get()
  }

  private func lateAfter(_ what: String, _ take: @escaping @Sendable (isolated Browser) -> Waiter?) {
    Task {
      try? await Task.sleep(for: Self.patience)
      take(self)?.resume(returning: .failure(.late(what)))
    }
  }

  private func read() async {
    for await message in process.messages {
      guard let value = BrowserValueParser.parse(message) else { continue }
      received(value)
    }
    end()
  }

  private func received(_ message: BrowserValue) {
    if let id = message["id"].int {
      commands.removeValue(forKey: id)?.resume(returning: .success(message))
      return
    }
    let event = Event(session: message["sessionId"].text ?? "", method: message["method"].text ?? "")
    if event.method == "Fetch.requestPaused", let route = routes[event.session] {
      let paused = message["params"]
      Task { await answer(paused, session: event.session, route) }
    }
    if let fault = Self.fault(event.method, message["params"]) { faults[event.session, default: []].append(fault) }
    for id in listening.filter({ $0.value == event }).keys {
      listening[id] = nil
      if let listener = listeners.removeValue(forKey: id) {
        listener.resume(returning: .success(message))
      } else {
        heard.insert(id)
      }
    }
  }

  private static func fault(_ method: String, _ told: BrowserValue) -> String? {
    switch method {
    case "Runtime.exceptionThrown":
      let details = told["exceptionDetails"]
      return details["exception"]["description"].text ?? details["text"].text ?? "a script threw"
    case "Log.entryAdded" where told["entry"]["level"] == "error":
      return "\(told["entry"]["text"].text ?? "error") \(told["entry"]["url"].text ?? "")"
    default: return nil
    }
  }

  private func answer(
    _ paused: BrowserValue, session: String, _ route: @Sendable (BrowserRequest) async -> BrowserAnswer
  ) async {
    let answer = await route(BrowserRequest(paused["request"]))
    let id = paused["requestId"]
    // A page that was left meanwhile takes no answer any more, and that is no fault.
    switch answer {
    case .content(let status, let headers, let body):
      let fields = headers.map { name, value in
        BrowserValue.object(["name": .string(name), "value": .string(value)])
      }
      _ = try? await call(
        "Fetch.fulfillRequest",
        [
          "requestId": id, "responseCode": .number(Double(status)), "responseHeaders": .array(fields),
          "body": .string(Data(body.utf8).base64EncodedString()),
        ], session: session)
    case .refused:
      _ = try? await call(
        "Fetch.failRequest", ["requestId": id, "errorReason": "ConnectionRefused"], session: session)
    }
  }

  private func end() {
    hasEnded = true
    let waiters = Array(commands.values) + Array(listeners.values)
    commands = [:]
    listeners = [:]
    for waiter in waiters { waiter.resume(returning: .failure(.ended(process.tail))) }
  }
}

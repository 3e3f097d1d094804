import FleetCore
import FleetServer
import FleetStore
import Foundation
import Testing

/// Requests drawn from the server's own document, right and wrong: none is answered with a 500, none breaks the server,
/// and whatever is refused is refused with a document.
@Suite struct FuzzTests {
  private static let requests = 3000

  /// Numbers that can be had again from the seed that a failure prints (SplitMix64).
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private struct Operation {
    var method: String
    var path: String
    var parameters: [[String: Any]]
    var fields: [String: [String: Any]]
  }

  private struct Fuzz {
    var numbers: Numbers
    let operations: [Operation]
    /// Ids that mean something.
    let known: [String]

    private mutating func draw<Value>(_ values: [Value]) -> Value {
      values[Int.random(in: 0..<values.count, using: &numbers)]
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &numbers) < percent }

    private mutating func text() -> String {
      let scalars: [Unicode.Scalar] = [
        "a", "Z", "0", "-", "_", ".", "/", "\\", "\"", "'", "<", ">", "&", "%", "+", " ", "\n", "\r", "\u{0}", "\u{7F}",
        "é",
        "\u{202E}", "😀", "{", "}", "[", "]", ";", "=", "?", "#",
      ]
      let length = draw([0, 1, 3, 12, 64, 300, 1025])
      return String(String.UnicodeScalarView((0..<length).map { _ in draw(scalars) }))
    }

    private mutating func value(_ schema: [String: Any]) -> Any {
      if chance(15) { return draw([NSNull(), true, 1.5, [1], ["a": 1], "", -1, Int.max] as [Any]) }
      switch schema["type"] as? String {
      case "integer":
        return draw([0, 1, schema["minimum"] as? Int ?? 0, schema["maximum"] as? Int ?? 9, -1, Int.min])
      default:
        if schema["format"] as? String == "date-time", chance(60) { return "2026-11-23T02:00:00Z" }
        return chance(50) ? draw(known) : text()
      }
    }

    private static func encoded(_ text: String) -> String {
      text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    mutating func request() -> (method: String, target: String, body: String?, type: String?) {
      let operation = draw(operations)
      let methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]
      let method = chance(90) ? operation.method : draw(methods)
      var path = operation.path
      for parameter in operation.parameters where parameter["in"] as? String == "path" {
        let name = parameter["name"] as? String ?? ""
        path = path.replacing("{\(name)}", with: Self.encoded(chance(70) ? draw(known) : text()))
      }
      var query: [String] = []
      for parameter in operation.parameters where parameter["in"] as? String == "query" && chance(50) {
        let value = value(parameter["schema"] as? [String: Any] ?? [:])
        query.append("\(parameter["name"] as? String ?? "")=\(Self.encoded("\(value)"))")
      }
      if chance(5) { query.append(Self.encoded(text())) }
      let target = path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
      guard operation.method == "POST", method != "GET", method != "HEAD" else { return (method, target, nil, nil) }
      let types = ["text/plain", "application/x-www-form-urlencoded", "", "application/json; x"]
      let type = chance(85) ? "application/json" : draw(types)
      return (method, target, body(operation), type)
    }

    private mutating func body(_ operation: Operation) -> String? {
      if chance(5) { return nil }
      if chance(10) { return text() }
      var object: [String: Any] = [:]
      for (name, schema) in operation.fields.sorted(by: { $0.key < $1.key }) where chance(75) {
        object[name] = value(schema)
      }
      if chance(5) { object[text()] = 1 }
      guard let data = try? JSONSerialization.data(withJSONObject: object) else { return nil }
      return String(decoding: data, as: UTF8.self)
    }
  }

  private static func operations(_ document: [String: Any]) throws -> [Operation] {
    let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
    return paths.sorted { $0.key < $1.key }.flatMap { path, methods in
      methods.sorted { $0.key < $1.key }.map { method, operation in
        let content = (operation["requestBody"] as? [String: Any])?["content"] as? [String: [String: Any]]
        let schema = content?["application/json"]?["schema"] as? [String: Any]
        return Operation(
          method: method.uppercased(), path: path, parameters: operation["parameters"] as? [[String: Any]] ?? [],
          fields: schema?["properties"] as? [String: [String: Any]] ?? [:])
      }
    }
  }

  @Test func noRequestBreaksIt() async throws {
    let seed = UInt64.random(in: .min ... .max)
    try await Bench.run { bench in
      try bench.write(20)
      let plan = try bench.plan(["h1", "h2"])
      let alarm = try bench.plan(["h3"], emergency: "a flaw")
      try bench.store.createRollout(
        id: "r-1234", plan: plan, at: Bench.start, events: [.rolloutStarted(plan: plan, by: "ada", emergency: nil)])
      let document = try await bench.ask("GET", "/openapi.json", as: nil)
      // A stream that is rightly asked for does not end by itself.
      let operations = try Self.operations(document.json).filter { $0.path != "/v1/events" }
      var fuzz = Fuzz(
        numbers: Numbers(state: seed), operations: operations,
        known: ["h1", "h2", "h3", "none", "r-1234", "r-12", plan, alarm, String(plan.prefix(20)), "mended"])
      for number in 0..<Self.requests {
        let (method, target, body, type) = fuzz.request()
        let role = Role.allCases[number % Role.allCases.count]
        let reply = try await bench.ask(method, target, as: role, body: body, type: type)
        let said = "seed \(seed), \(number): \(method) \(target) \(body ?? "") is \(reply.status) \(reply.text)"
        #expect(reply.status != 500 && reply.status != 501, "\(said)")
        // 503 is for what is broken, and here nothing is.
        #expect(reply.status < 500, "\(said)")
        if reply.status >= 400, method != "HEAD" { #expect(reply.string("schema") == "sevfleet.error/1", "\(said)") }
      }
      #expect(try await bench.ask("GET", "/healthz", as: nil).status == 200)
      #expect(try bench.store.auditJournal().fault == nil, "seed \(seed)")
    }
  }
}

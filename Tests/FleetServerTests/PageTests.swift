import FleetCore
import FleetServer
import Testing

/// Pages beside the API: who sees them, and what people see in their place.
@Suite struct PageTests {
  private struct Pages: ServerPages {
    var routes: [PageRoute] {
      [
        PageRoute("/", role: .viewer, "showFleet", "The fleet.") { call in
          .html("<p>\(call.caller?.name ?? "nobody") \(call.queryText("state") ?? "all")</p>")
        },
        PageRoute("/login", role: nil, "showSignIn", "Signing in.") { _ in .html("<p>sign in</p>") },
        PageRoute("/secrets", role: .emergency, "showSecrets", "For few.") { _ in .html("<p>few</p>") },
        PageRoute("/assets/a.css", role: nil, "showStyle", "How pages look.") { _ in
          .asset("p {}", contentType: "text/css", tag: "abc")
        },
      ]
    }

    func signIn(_ refusal: APIProblem, next: String?) -> Answer { .html("<p>again: \(refusal.kind)</p>") }

    func problem(_ problem: APIProblem, caller: Caller?) -> Answer {
      .html("<p>no: \(problem.kind), \(caller?.name ?? "nobody")</p>")
    }
  }

  private static func cookie(_ bench: Bench, _ role: Role) async throws -> (cookie: String, csrf: String) {
    let secret = try #require(bench.secrets[role])
    let reply = try await bench.ask("POST", "/login", as: nil, body: #"{"token": "\#(secret)"}"#)
    let field = try #require(reply.header("set-cookie"))
    return (String(try #require(field.split(separator: ";").first)), try #require(reply.string("csrf")))
  }

  @Test func aPageIsForWhoeverMaySeeIt() async throws {
    try await Bench.run(pages: Pages()) { bench in
      let (cookie, _) = try await Self.cookie(bench, .viewer)
      let page = try await bench.ask("GET", "/?state=behind&whatever=1", as: nil, headers: ["cookie": cookie])
      #expect(page.status == 200)
      #expect(page.text == "<p>the-viewer behind</p>")
      #expect(page.header("content-type") == "text/html; charset=utf-8")
      let few = try await bench.ask("GET", "/secrets", as: nil, headers: ["cookie": cookie])
      #expect(few.status == 403)
      #expect(few.text == "<p>no: notAllowed, the-viewer</p>")
      #expect(try await bench.ask("GET", "/login", as: nil).text == "<p>sign in</p>")
    }
  }

  @Test func whoeverIsNotSignedInIsSentThere() async throws {
    try await Bench.run(pages: Pages()) { bench in
      for (path, next) in [
        ("/", "%2f"), ("/?state=behind&x=%26", "%2f%3fstate%3dbehind%26x%3d%2526"), ("/secrets", "%2fsecrets"),
      ] {
        let reply = try await bench.ask("GET", path, as: nil)
        #expect(reply.status == 303, "\(path)")
        #expect(reply.header("location") == "/login?next=\(next)", "\(path)")
      }
      let act = try await bench.ask(
        "POST", "/v1/hosts/h1/release", as: nil, body: "reason=x", type: "application/x-www-form-urlencoded")
      #expect(act.header("location") == "/login?next=%2f", "a form's address is no page")
      #expect(try await bench.ask("GET", "/v1/hosts", as: nil).status == 401, "programs are told")
    }
  }

  @Test func aFormThatIsRefusedIsAnsweredWithAPage() async throws {
    try await Bench.run(pages: Pages()) { bench in
      let (cookie, csrf) = try await Self.cookie(bench, .operator)
      for (body, status, kind) in [
        ("csrf=\(csrf)", 400, "missingField"), ("csrf=x&reason=y", 403, "wrongForm"),
        ("csrf=\(csrf)&reason=y&more=1", 400, "unknownField"),
      ] {
        let reply = try await bench.ask(
          "POST", "/v1/hosts/h1/release", as: nil, body: body, type: "application/x-www-form-urlencoded",
          headers: ["cookie": cookie])
        #expect(reply.status == status, "\(body)")
        #expect(reply.text == "<p>no: \(kind), the-operator</p>", "\(body)")
      }
    }
  }

  @Test func aWrongLinkIsAnsweredAsItWasAsked() async throws {
    try await Bench.run(pages: Pages()) { bench in
      let accept = ["accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"]
      let page = try await bench.ask("GET", "/nothing", as: nil, headers: accept)
      #expect(page.status == 404)
      #expect(page.text == "<p>no: noRoute, nobody</p>")
      for (path, headers) in [("/nothing", [:]), ("/v1/nothing", accept), ("/v1/nothing", [:])] {
        let document = try await bench.ask("GET", path, as: nil, headers: headers)
        #expect(document.status == 404)
        #expect(document.string("kind") == "noRoute")
      }
    }
  }

  @Test func whatABrowserHasIsNotSentAgain() async throws {
    try await Bench.run(pages: Pages()) { bench in
      let first = try await bench.ask("GET", "/assets/a.css", as: nil)
      #expect(first.text == "p {}")
      let tag = try #require(first.header("etag"))
      let again = try await bench.ask("GET", "/assets/a.css", as: nil, headers: ["if-none-match": tag])
      #expect(again.status == 304)
      #expect(again.text.isEmpty)
      #expect(again.header("etag") == tag)
      let other = try await bench.ask("GET", "/assets/a.css", as: nil, headers: ["if-none-match": "\"other\""])
      #expect(other.text == "p {}")
    }
  }

  @Test func pagesAreInTheDocumentToo() async throws {
    try await Bench.run(pages: Pages()) { bench in
      let paths = try await bench.ask("GET", "/openapi.json", as: nil).json["paths"] as? [String: [String: Any]]
      for route in Pages().routes { #expect(paths?[route.path]?["get"] != nil, "\(route.path)") }
      #expect(Set(bench.server.routes).count == bench.server.routes.count)
    }
  }
}

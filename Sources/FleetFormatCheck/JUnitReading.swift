import Foundation
import FoundationXML

/// What a reader of JUnit makes of a text.
package struct JUnitReading: Sendable {
  package struct Case: Sendable {
    package var name: String
    /// `failure`, `error` or `skipped`; `nil`: it passed.
    package var result: String?
    package var message = ""
    package var text = ""
  }

  /// Attributes of the suite of suites, then of each suite.
  package private(set) var suites: [[String: String]]
  package private(set) var cases: [Case]

  /// Throws where it is no XML.
  package init(_ text: String) throws {
    let parser = XMLParser(data: Data(text.utf8))
    let taker = Taker()
    parser.delegate = taker
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.coderReadCorrupt) }
    suites = taker.suites
    cases = taker.cases
  }

  private final class Taker: NSObject, XMLParserDelegate {
    var suites: [[String: String]] = []
    var cases: [Case] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      switch name {
      case "testsuites", "testsuite": suites.append(attributes)
      case "testcase": cases.append(Case(name: attributes["name"] ?? ""))
      case _:
        guard !cases.isEmpty else { return }
        cases[cases.count - 1].result = name
        cases[cases.count - 1].message = attributes["message"] ?? ""
      }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if !cases.isEmpty, cases[cases.count - 1].result != nil { cases[cases.count - 1].text += text }
    }
  }
}

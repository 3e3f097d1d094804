import ArgumentParser
import FleetCore
import FleetFormats

struct CatalogFacts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "facts", abstract: "Lists what is believed of the hardware, with grade and source.")

  @OptionGroup var options: GlobalOptions
  @Option(help: "Only the facts of this bulletin, such as AMD-SB-3023.") var bulletin: String?
  @Flag(help: "Also those that were withdrawn, or superseded by facts.yaml.") var all = false

  func run() async throws {
    try await Execution.run(options) {
      let reading = try CommandContext.catalog(options).checked.mapError { CommandError($0) }.get()
      let before = reading.facts.earlier + [FactsFile.builtIn]
      let facts = reading.facts.facts
      let known = ([facts] + before).flatMap(\.bulletins).map(\.id)
      if let bulletin, !known.contains(bulletin) {
        throw CommandError(
          ExitStatus.usage, "noBulletin", "no fact speaks of \(bulletin)",
          expected: facts.bulletins.map(\.id).joined(separator: ", "), found: bulletin)
      }
      let lines = FactLedger.lines(facts, before: before).filter { line in
        (all || line.standing == .inForce) && (bulletin == nil || line.bulletin == bulletin)
      }
      let sources = (before.reversed() + [facts]).reduce(into: [:]) { $0.merge($1.sources) { $1 } }
      let document = FactsDocument(lines, sources: sources)
      let output = Output(options)
      if options.json { try output.document(document) } else { output.line(Self.text(lines, document.sources)) }
      return ExitStatus.done
    }
  }

  private static func text(_ lines: [FactLine], _ sources: [String: String]) -> String {
    var table = TextTable(["SECTION", "BULLETIN", "OF", "GRADE", "SOURCES", "STANDING", "STATEMENT"])
    for line in lines {
      table.add([
        line.section, line.bulletin ?? "-", line.subject, line.fact.grade.rawValue,
        line.fact.sources.joined(separator: " "), standing(line), line.statement,
      ])
    }
    let citations = sources.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return ([table.text, ""] + citations).joined(separator: "\n")
  }

  private static func standing(_ line: FactLine) -> String {
    guard case .withdrawn(let day) = line.standing else { return line.standing.word }
    return "\(line.standing.word) \(day)"
  }
}

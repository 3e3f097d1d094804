import FleetCore
import Foundation
import Testing

@Suite("The diagram of HostRun") struct HostRunDiagramTests {
  private static let explorer = MachineExplorer()

  private static var page: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/FleetCore/FleetCore.docc/HostRunDiagram.md")
  }

  @Test("the page says what the machine does; UPDATE_DIAGRAM=1 writes it") func drift() throws {
    let document = Self.explorer.document
    if TestEnvironment.updatesDiagram { try document.write(to: Self.page, atomically: true, encoding: .utf8) }
    let page = try String(contentsOf: Self.page, encoding: .utf8)
    #expect(page == document, "HostRunDiagram.md is not what the machine does; UPDATE_DIAGRAM=1 writes it anew")
  }

  @Test("the walk reaches every state") func complete() {
    let reached = Set(Self.explorer.edges.map(\.to)).union(["ready"])
    #expect(reached == Set(MachineExplorer.order))
    #expect(Set(Self.explorer.actions.keys) == Set(MachineExplorer.order))
  }

  @Test("no arrow leads back from an activation to the return path, and ends are ends") func arrows() {
    for edge in Self.explorer.edges {
      #expect(edge.from != "converged" && edge.from != "skipped" && edge.from != "released")
      if edge.from == "quarantined" { #expect(edge.to == "released") }
      if edge.to == "skipped" { #expect(edge.from == "returning") }
      if edge.to == "restoring" { #expect(edge.from == "failed" || edge.from == "restoring") }
    }
  }
}

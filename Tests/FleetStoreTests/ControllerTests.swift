import FleetCore
import FleetStore
import Foundation
import Testing

@Suite("A state folder is one controller for ever") struct ControllerTests {
  @Test func anIDIsDrawnOnceForEachFolder() throws {
    let (one, other) = (try TemporaryFolder(), try TemporaryFolder())
    let first = try FleetStore.open(folder: one.path)
    let id = try first.controller().id
    #expect(LeaseHolder(line: try first.controller().holder(rollout: "r1").line) != nil, "\(id)")
    try first.close()
    let again = try FleetStore.open(folder: one.path)
    #expect(try again.controller().id == id)
    #expect(try FleetStore.open(folder: other.path).controller().id != id)
    let mode = try FileManager.default.attributesOfItem(atPath: "\(one.path)/\(FleetStore.controllerName)")
    #expect(mode[.posixPermissions] as? Int == 0o600)
    let left = try FileManager.default.contentsOfDirectory(atPath: one.path).filter { $0.hasPrefix("controller-id.") }
    #expect(left.isEmpty, "\(left)")
  }

  @Test func manyAtOnceAgree() async throws {
    let folder = try TemporaryFolder()
    let store = try FleetStore.open(folder: folder.path)
    let ids = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<16 { group.addTask { try store.controller().id } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(ids.count == 1, "\(ids)")
  }

  @Test func aReaderMakesNone() throws {
    let folder = try TemporaryFolder()
    try FleetStore.open(folder: folder.path).close()
    let reader = try FleetStore.open(folder: folder.path, readOnly: true)
    #expect(throws: StoreError.readOnly) { try reader.controller() }
    let id = try FleetStore.open(folder: folder.path).controller().id
    #expect(try reader.controller().id == id)
  }

  @Test func whatIsNoIDIsNotUsed() throws {
    let folder = try TemporaryFolder()
    let store = try FleetStore.open(folder: folder.path)
    for text in ["", "x", String(repeating: "A", count: 32), String(repeating: "a", count: 31)] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(FleetStore.controllerName)"))
      let error = #expect(throws: StoreError.self) { try store.controller() }
      #expect(error?.kind == .file, "\(text)")
    }
  }
}

import FleetStore
import Foundation
import Testing

@Suite struct StateFolderTests {
  /// Where no folder can be made that is told, however deep the name; the making of parents must end.
  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/file"
    try Data().write(to: URL(fileURLWithPath: file))
    let rows = [
      ("", ""), ("/proc/sevfleet", "/proc/sevfleet"), ("/proc/sevfleet/a/b", "/proc/sevfleet"), (file, file),
      (file + "/state", file + "/state"),
    ]
    for (path, named) in rows {
      let error = #expect(throws: StoreError.self) { try FleetStore.open(folder: path) }
      guard case .file(_, named, _)? = error else {
        Issue.record("\(path): \(String(describing: error))")
        continue
      }
    }
  }

  @Test func foldersAboveAreMade() throws {
    let folder = try TemporaryFolder()
    try FleetStore.open(folder: folder.path + "/a/b/").close()
    #expect(FileManager.default.fileExists(atPath: folder.path + "/a/b/" + FleetStore.databaseName))
  }
}

import FleetCore
import FleetFormats
import Foundation
import Testing

/// The disk under the inventory reader.
@Suite struct InventoryFolderTests {
  private func load(_ path: String) -> Result<Inventory, Diagnostics> {
    InventoryFolder.load(path, home: InventorySample.home, openStackConfigured: false)
  }

  @Test func readsWhatWasWritten() throws {
    try TemporaryFolder.use { folder in
      for file in InventorySample.example { try folder.write(file.path, file.bytes) }
      try folder.write("hosts/.hidden.yaml", Array("{".utf8))
      try folder.write("README.md", Array("{".utf8))
      let inventory = try load(folder.path).get()
      #expect(inventory.hosts.map(\.id.rawValue) == ["sev-a01"])
      #expect(inventory.hosts[0].declaredAt == SourceLocation(file: "\(folder.path)/hosts/az1.yaml", line: 2))
    }
  }

  @Test func absentFoldersAndFiles() throws {
    try TemporaryFolder.use { folder in
      #expect(
        InventorySample.errors(load("\(folder.path)/none")) == [
          "\(folder.path)/none: there is no inventory folder here"
        ])
      #expect(InventorySample.kinds(load(folder.path)) == [.missingFile])
      try folder.write("hosts/deep/a.yaml", Array("hosts: []".utf8))
      try folder.write("hosts/a.yaml", Array("hosts: []".utf8))
      try folder.write("schedules.yaml", [])
      #expect(
        InventorySample.errors(load(folder.path)) == [
          "\(folder.path)/hosts/deep: this folder is not read: host files lie directly in hosts/",
          "\(folder.path)/schedules.yaml:1: schedules.yaml lacks \"schedules\"",
        ])
    }
  }

  @Test func theFirstInventoryMayBeEmpty() throws {
    try TemporaryFolder.use { folder in
      func first(_ path: String) -> Result<Inventory, Diagnostics> {
        InventoryFolder.load(path, home: InventorySample.home, openStackConfigured: true, mayBeEmpty: true)
      }
      #expect(try first("\(folder.path)/none").get().hosts.isEmpty)
      #expect(try first(folder.path).get().openStackConfigured)
      try folder.write("fleet.yaml", Array("ssh: {user: ops}".utf8))
      #expect(try first(folder.path).get().ssh.user == "ops")
      try folder.write("hosts/a.yaml", Array("hosts: {".utf8))
      #expect(!InventorySample.kinds(first(folder.path)).isEmpty, "what is there is read as strictly as ever")
    }
  }

  @Test func whatCannotBeReadIsNamed() throws {
    try TemporaryFolder.use { folder in
      try folder.write("hosts/a.yaml", Array("hosts: []".utf8))
      try folder.makeFolder("fleet.yaml")
      try folder.link("policy.yaml", to: "/nowhere/at/all")
      try folder.write("targets.yaml", [UInt8](repeating: 0x23, count: YamlLimits.fileBytes + 1))
      let result = load(folder.path)
      #expect(InventorySample.kinds(result) == [.unreadable, .unreadable, .tooLarge])
      let files = ["fleet.yaml", "policy.yaml", "targets.yaml"].map { "\(folder.path)/\($0): " }
      #expect(zip(InventorySample.errors(result), files).allSatisfy { $0.hasPrefix($1) })
    }
  }

  @Test func linksAreFollowed() throws {
    try TemporaryFolder.use { folder in
      try folder.write("real/a.yaml", Array("hosts: [{name: a, address: a}]".utf8))
      try folder.link("hosts", to: "real")
      #expect(try load(folder.path).get().hosts.count == 1)
    }
  }
}

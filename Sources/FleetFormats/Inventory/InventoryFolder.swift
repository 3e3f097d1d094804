package import FleetCore

/// Reads an inventory folder from the disk.
package enum InventoryFolder {
  /// - Parameters: as `InventoryReader.read`; `path` is the folder as the operator named it.
  package static func load(
    _ path: String, home: String, openStackConfigured: Bool, facts: Facts = FactsFile.builtIn, mayBeEmpty: Bool = false
  ) -> Result<Inventory, Diagnostics> {
    let folder = DiskFolder(path: path)
    if mayBeEmpty, folder.kind("") == .absent {
      return InventoryReader.read(
        files: [], folder: path, home: home, openStackConfigured: openStackConfigured, facts: facts, mayBeEmpty: true)
    }
    guard folder.kind("") == .folder else {
      let place = SourceLocation(file: path)
      return .failure(Diagnostics(Diagnostic(.missingFile, at: place, "there is no inventory folder here")))
    }
    var loader = Loader(folder: folder)
    loader.load()
    let read = InventoryReader.read(
      files: loader.files, folder: path, home: home, openStackConfigured: openStackConfigured, facts: facts,
      mayBeEmpty: mayBeEmpty)
    guard let unread = Diagnostics(loader.diagnostics) else { return read }
    switch read {
    case .success: return .failure(unread)
    case .failure(let found): return .failure(Diagnostics(unread.list + found.list) ?? unread)
    }
  }

  private struct Loader {
    let folder: DiskFolder
    var files: [InventoryFile] = []
    var diagnostics: [Diagnostic] = []
    private var bytesLeft = InventoryLimits.totalBytes

    init(folder: DiskFolder) { self.folder = folder }

    mutating func load() {
      read(in: "")
      if folder.kind("hosts") == .folder { read(in: "hosts") }
    }

    private mutating func read(in relative: String) {
      let names: [String]
      switch folder.names(relative) {
      case .success(let found): names = found
      case .failure(let problem): return report(relative, problem.kind, problem.text)
      }
      guard names.count <= InventoryLimits.hostFiles else {
        return report(relative, .tooLarge, "it holds \(names.count) files; \(InventoryLimits.hostFiles) are read")
      }
      for name in names {
        let path = relative.isEmpty ? name : "\(relative)/\(name)"
        if relative == "hosts", folder.kind(path) == .folder {
          report(path, .unexpectedFile, "this folder is not read: host files lie directly in hosts/")
        } else {
          readFile(path)
        }
      }
    }

    private mutating func readFile(_ path: String) {
      switch InventoryFile(path: path, bytes: []).role {
      case .foreign: return
      case .refused: files.append(InventoryFile(path: path, bytes: []))
      case .fleet, .targets, .policy, .schedules, .compliance, .notify, .hosts:
        switch folder.bytes(path, maximum: min(bytesLeft, YamlLimits.fileBytes)) {
        case .success(let bytes):
          bytesLeft -= bytes.count
          files.append(InventoryFile(path: path, bytes: bytes))
        case .failure(let problem): report(path, problem.kind, problem.text)
        }
      }
    }

    private mutating func report(_ path: String, _ kind: Diagnostic.Kind, _ text: String) {
      let file = path.isEmpty ? folder.path : "\(folder.path)/\(path)"
      diagnostics.append(Diagnostic(kind, at: SourceLocation(file: file), text))
    }
  }
}

import Foundation

extension LabHost {
  /// What is true about the host now.
  package func truth() -> LabTruth {
    LabTruth(
      name: name, up: up, problem: problem, bootID: bootID, bootCount: bootCount, kernel: kernel.release,
      nextBootKernel: nextBootKernel?.release, running: firmware.running, spl: firmware.spl, floor: firmware.floor,
      platformTCB: firmware.platformTCB, reportedTCB: firmware.reportedTCB, initialized: firmware.initialized,
      sevESUsable: sevESUsable, modules: loadedModules.map(\.name),
      guests: guests.values.map(\.guest).sorted { $0.instanceName < $1.instanceName }, computeActive: isComputeActive,
      effects: effects, rootCommands: rootCommands, firmwareFiles: images(below: "/lib/firmware"),
      faults: faults.values.sorted { $0.kind.rawValue < $1.kind.rawValue })
  }

  /// Commands from sudo's own log, oldest first.
  private var rootCommands: [String] {
    (root.text("/run/lab/sudo.log") ?? "").lines.compactMap { line in
      guard !line.contains("command not allowed"), !line.contains("a password is required"),
        let start = line.range(of: "COMMAND=")
      else { return nil }
      return String(line[start.upperBound...])
    }
  }

  private func images(below folder: String) -> [String: LabVersion] {
    var found: [String: LabVersion] = [:]
    for name in root.names(folder) {
      let path = folder + "/" + name
      if let bytes = root.read(path), !bytes.isEmpty {
        if let image = LabImage(reading: bytes) { found[path] = image.version }
      } else {
        found.merge(images(below: path)) { $1 }
      }
    }
    return found
  }

  /// The bytes of a file of the host, for assertions.
  package func file(_ path: String) -> [UInt8]? { root.read(path) }

  /// Puts a file there as root, as an administrator would.
  package func put(_ path: String, _ bytes: [UInt8]) throws { try root.write(path, bytes) }

  /// Removes a file or folder of the host.
  package func remove(_ path: String) { root.remove(path) }

  /// Adds a line to the kernel's log.
  package func logLine(_ text: String) { say(text) }
}

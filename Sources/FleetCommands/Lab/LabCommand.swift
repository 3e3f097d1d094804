import ArgumentParser
import FleetFormats
import FleetLab
import Foundation

/// `sevfleet lab …`
struct LabCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "Simulated hosts behind real OpenSSH on loopback, with a small compute API beside them.",
    subcommands: [LabUp.self, LabStatus.self, LabFaultCommand.self, LabDown.self])
}

struct LabOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder for keys, inventory, catalog and clouds.yaml.", valueName: "dir"))
  var folder = "./sevfleet-lab"

  var path: String { URL(fileURLWithPath: folder).standardizedFileURL.path }
  var pidFile: String { "\(path)/lab.pid" }
  var socket: String { "\(path)/control" }
  var logFile: String { "\(path)/lab.log" }
}

struct LabUp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Brings the lab up and writes an inventory, a catalog and a clouds.yaml for it.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var lab: LabOptions
  @Option(help: "How many hosts, 1 to 250.") var hosts = 6
  @Option(help: "First two bytes of the hosts' addresses.") var network = "127.77"
  @Option(help: "Port of every host's SSH.") var port: UInt16 = 2222
  @Flag(help: "Stay in the foreground until a signal.") var foreground = false

  func validate() throws {
    guard (1...250).contains(hosts) else { throw ValidationError("--hosts is 1 to 250") }
  }

  func run() async throws {
    try await Execution.run(options) {
      if foreground { return try await stay() }
      try await launch()
      let output = Output(options)
      if options.json {
        try output.document(LabDocument(lab, running: true, hosts: try await LabDocument.hosts(lab)))
      } else {
        output.line("the lab is up: \(hosts) hosts; to use it:")
        output.line("  export OS_CLIENT_CONFIG_FILE=\(lab.path)/clouds.yaml")
        output.line("  sevfleet --inventory \(lab.path)/inventory --catalog \(lab.path)/firmware-catalog plan")
        output.line("  sevfleet lab down --folder \(lab.folder)")
      }
      return ExitStatus.done
    }
  }

  /// The lab itself: this process owns listeners, hosts and the API until it is told to end.
  private func stay() async throws -> Int32 {
    let specs = LabFleet.hosts(hosts)
    var spec = LabWorldSpec(folder: lab.path, hosts: specs)
    spec.network = network
    spec.port = port
    spec.servers = LabFleet.servers(specs)
    spec.targetsText = LabFleet.targetsText
    spec.sudoers = try SudoRules.text(user: spec.user)
    spec.controlSocket = lab.socket
    for host in specs { spec.targets[host.name] = "keep-es" }
    spec.policyText = "drain: {confirm_after: 1s}\nsoak: 0s\n"
    let interruption = Interruption(hint: "sevfleet lab up")
    let world = try await started(spec)
    do {
      try writeCatalog()
      try Data("\(getpid())\n".utf8).write(to: URL(fileURLWithPath: lab.pidFile), options: .atomic)
    } catch {
      await world.stop()
      throw error
    }
    while interruption.wish == nil { try? await Task.sleep(for: .milliseconds(100)) }
    await world.stop()
    try? FileManager.default.removeItem(atPath: lab.pidFile)
    return ExitStatus.done
  }

  private func started(_ spec: LabWorldSpec) async throws -> LabWorld {
    do {
      return try await LabWorld.start(spec)
    } catch let error as LabError {
      throw CommandError(ExitStatus.failed, error.kind.rawValue, "\(error)")
    }
  }

  private func writeCatalog() throws {
    for image in LabFleet.images {
      guard let folder = image.family.flatMap({ FamilyModelText.read($0) }) else { continue }
      let addition = try CatalogWriter.files(for: image.bytes, familyModel: folder, source: "made by the lab")
      for file in addition.files {
        let url = URL(fileURLWithPath: "\(lab.path)/firmware-catalog/\(file.path)")
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(file.bytes).write(to: url, options: .atomic)
      }
    }
  }

  /// Starts this program again in a session of its own and waits until it says that it is ready.
  private func launch() async throws {
    if LabProcess.isRunning(lab) {
      throw CommandError(ExitStatus.failed, "labRunning", "a lab runs in \(lab.folder) already; `lab down` ends it")
    }
    try FileManager.default.createDirectory(atPath: lab.path, withIntermediateDirectories: true)
    guard FileManager.default.createFile(atPath: lab.logFile, contents: nil) else {
      throw CommandError(ExitStatus.failed, "unwritable", "\(lab.logFile) cannot be written")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
    process.arguments =
      [
        try LabProcess.executable(), "lab", "up", "--foreground", "--folder", lab.path, "--hosts", "\(hosts)",
        "--network", network, "--port", "\(port)",
      ]
    process.standardInput = FileHandle.nullDevice
    let log = FileHandle(forWritingAtPath: lab.logFile) ?? FileHandle.nullDevice
    process.standardOutput = log
    process.standardError = log
    try process.run()
    // Half a second a host on a loaded machine, and a minute to begin with.
    let deadline = ContinuousClock.now + .seconds(60 + hosts / 2)
    while !FileManager.default.fileExists(atPath: lab.pidFile) {
      if !process.isRunning || ContinuousClock.now > deadline {
        process.terminate()
        let log = (try? String(contentsOfFile: lab.logFile, encoding: .utf8)) ?? ""
        throw CommandError(ExitStatus.failed, "labFailed", "the lab did not come up: \(log.suffix(2000))")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}

/// The process of a lab, by its pid file.
enum LabProcess {
  static func pid(_ lab: LabOptions) -> pid_t? {
    (try? String(contentsOfFile: lab.pidFile, encoding: .utf8)).flatMap {
      pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  static func isRunning(_ lab: LabOptions) -> Bool {
    guard let pid = pid(lab) else { return false }
    if kill(pid, 0) == 0 { return true }
    try? FileManager.default.removeItem(atPath: lab.pidFile)
    return false
  }

  static func executable() throws -> String {
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
      throw CommandError(ExitStatus.failed, "noExecutable", "this program cannot find itself")
    }
    return path
  }
}

struct LabStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "status", abstract: "Tells which hosts are up.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var lab: LabOptions

  func run() async throws {
    try await Execution.run(options) {
      let output = Output(options)
      guard LabProcess.isRunning(lab) else {
        if options.json {
          try output.document(LabDocument(lab, running: false))
        } else {
          output.line("no lab runs here")
        }
        return ExitStatus.failed
      }
      if options.json {
        try output.document(LabDocument(lab, running: true, hosts: try await LabDocument.hosts(lab)))
        return ExitStatus.done
      }
      let hosts = try await LabControlClient(path: lab.socket).hosts()
      var table = TextTable(["HOST", "ADDRESS", "PORT", "CPU", "UP"])
      for host in hosts {
        table.add([host.name, host.address, "\(host.port)", host.familyKey, host.up ? "yes" : "no"])
      }
      output.line(table.text)
      return ExitStatus.done
    }
  }
}

struct LabDown: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "down", abstract: "Ends the lab; its files stay.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var lab: LabOptions

  func run() async throws {
    try await Execution.run(options) {
      let output = Output(options)
      guard let pid = LabProcess.pid(lab), LabProcess.isRunning(lab) else {
        if options.json {
          try output.document(LabDocument(lab, running: false))
        } else {
          output.line("no lab runs here")
        }
        return ExitStatus.done
      }
      kill(pid, SIGTERM)
      let deadline = ContinuousClock.now + .seconds(60)
      while kill(pid, 0) == 0 {
        if ContinuousClock.now > deadline {
          throw CommandError(ExitStatus.failed, "labStuck", "the lab (pid \(pid)) does not end")
        }
        try await Task.sleep(for: .milliseconds(50))
      }
      if options.json { try output.document(LabDocument(lab, running: false)) } else { output.line("the lab is down") }
      return ExitStatus.done
    }
  }
}

/// `sevfleet.lab/1`.
struct LabDocument: Encodable {
  struct Host: Encodable {
    var name: String
    var address: String
    var port: Int
    var up: Bool
  }

  var schema = "sevfleet.lab/1"
  var running: Bool
  var folder: String
  var inventory: String
  var catalog: String
  var clouds: String
  var hosts: [Host]

  /// The hosts as the lab that runs tells them.
  static func hosts(_ lab: LabOptions) async throws -> [Host] {
    try await LabControlClient(path: lab.socket).hosts().map {
      Host(name: $0.name, address: $0.address, port: Int($0.port), up: $0.up)
    }
  }

  init(_ lab: LabOptions, running: Bool, hosts: [Host] = []) {
    self.running = running
    folder = lab.path
    inventory = "\(lab.path)/inventory"
    catalog = "\(lab.path)/firmware-catalog"
    clouds = "\(lab.path)/clouds.yaml"
    self.hosts = hosts
  }
}

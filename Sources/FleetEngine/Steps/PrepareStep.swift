import Crypto
import FleetCore
import FleetFormats
import Foundation

/// Everything that can fail without touching a server is tried here: the image lies on the host with its hash read
/// back, and the resolver names it as the winner as if it were in place (RULES O1).
struct PrepareStep: StepImplementation {
  let step = Step.prepare
  let fallback = FailureKind.prepareFailed

  func precheck(_ runner: HostRunner) async throws -> Precheck {
    let observation = try await runner.observation()
    let needs = Self.needs(runner, observation)
    if let refusal = try await runner.services.hosts.trials(runner.host, needs).first {
      var failure = refusal.failure(.prepareFailed)
      // A refused trial is an answer, not an accident: the same trial would be refused again.
      if !refusal.isUncertain { failure.isTransient = false }
      return .blocked(failure)
    }
    if let holder = observation.packageManager {
      return .blocked(
        Failure(
          .packageManagerBusy, "a package manager is at work: \(holder)", expected: "no package manager at work",
          found: holder))
    }
    if let failure = try await Self.idleDoor(runner, observation) { return .blocked(failure) }
    if let failure = Self.shadowed(runner.change, observation) { return .blocked(failure) }
    if let failure = Self.unkept(runner.change, observation) { return .blocked(failure) }
    if let failure = try await Self.unplaceable(runner, observation) { return .blocked(failure) }
    guard let image = runner.change.image else { return .alreadyDone }
    let staged = try await runner.services.hosts.stagedHash(runner.host, sha256: image.sha256)
    return staged == image.sha256 ? .alreadyDone : .ready
  }

  func act(_ runner: HostRunner) async throws {
    guard let image = runner.change.image else { return }
    let bytes = try Self.bytes(of: image)
    try await runner.effect(
      EffectID(.upload, image.sha256), failing: .prepareFailed, within: runner.services.bounds.command,
      token: { image.sha256 },
      look: { _ in
        let found = try await runner.services.hosts.stagedHash(runner.host, sha256: image.sha256)
        return found == image.sha256 ? .alreadyDone : .ready
      },
      act: { _ in
        try await runner.perform(.upload(bytes: bytes, sha256: image.sha256))
      })
  }

  /// A unit that does not run while Nova hears from the host is not the one that runs nova-compute: stopping it would
  /// close no door (RULES E1).
  private static func idleDoor(_ runner: HostRunner, _ observation: Observation) async throws -> Failure? {
    guard runner.change.applies(.proveEmpty), let nova = try runner.nova, !runner.doorIsClosed else { return nil }
    let door = runner.door(observation)
    guard case .unit = door else { return nil }
    guard try await runner.services.hosts.computeRuns(runner.host, door) == false else { return nil }
    guard try await runner.patiently({ try await nova.gateway.service(nova.name) }).isUp else { return nil }
    return Failure(
      .cannotActivate,
      "\(door.subject) does not run, yet Nova hears from nova-compute; name what runs it as compute_stop",
      expected: "\(door.subject) active", found: "inactive")
  }

  static func needs(_ runner: HostRunner, _ observation: Observation) -> TrialNeeds {
    let path = runner.change.stagePath ?? runner.change.removePaths.first ?? "/lib/firmware/amd/x"
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    return TrialNeeds(
      stageFolder: "/" + folder, bytes: runner.change.image?.size ?? 0,
      initramfsKernel: runner.change.rebuildInitramfs, initramfsTool: observation.initramfsTool,
      initramfsImage: observation.initramfs?.path, firmwareName: firmwareName(runner.change),
      package: runner.change.package, diverted: StageStep.divertedPaths(runner.change, observation),
      unloadsKexec: observation.tools["kexec"] != nil || observation.kexecLoaded == true,
      door: runner.door(observation), activation: runner.change.activation)
  }

  /// The name that `ccp` asks the kernel for, without the folder it lies in or a compression.
  private static func firmwareName(_ change: HostChange) -> String? {
    guard change.image != nil, let name = change.stagePath?.split(separator: "/").last else { return nil }
    let suffix = [".xz", ".zst"].first { name.hasSuffix($0) } ?? ""
    return "amd/\(name.dropLast(suffix.count))"
  }

  /// What could not be checked or put back later, and so is not begun.
  static func unkept(_ change: HostChange, _ observation: Observation) -> Failure? {
    if let kernel = change.rebuildInitramfs, observation.initramfs?.containsCCP == nil {
      return Failure(
        .prepareFailed, "what the initramfs of \(kernel) holds cannot be read, so its rebuild could not be checked",
        expected: "an initramfs that can be listed", found: observation.initramfs?.path)
    }
    let kept = RootCommand.firmwareFolders.map { $0 + "/" }
    let stray = change.removePaths.first { path in !kept.contains { path.hasPrefix($0) } }
    return stray.map {
      Failure(
        .prepareFailed, "\($0) lies outside the folders that are backed up; move it away", expected: kept[0],
        found: $0)
    }
  }

  /// What lies where the image will be put and is no file, such as a link that leads nowhere or a folder: it could be
  /// neither replaced nor read back, and is a person's to clear away. The look lists only what opens as a file.
  private static func unplaceable(_ runner: HostRunner, _ observation: Observation) async throws -> Failure? {
    guard runner.change.image != nil, let path = runner.change.stagePath else { return nil }
    if observation.files.contains(where: { $0.path == path && $0.sha256 != nil }) { return nil }
    do throws(HostError) {
      _ = try await runner.services.hosts.fileHash(runner.host, path: path)
      return nil
    } catch {
      guard error.kind == .unreadable else { throw error }
      return Failure(
        .prepareFailed,
        "what lies at \(path) is no file that can be read, such as a folder or a link to nothing; move it away",
        expected: "a file, or nothing", found: error.text)
    }
  }

  /// The image as the catalog keeps it; its hash is checked each time it is used.
  static func bytes(of image: FirmwareImage) throws -> [UInt8] {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: image.path))
    } catch {
      throw Failure(.prepareFailed, "the image \(image.path) cannot be read: \(error.localizedDescription)")
    }
    let hash = SHA256.hash(data: data).map { Hex.padded($0, 2) }.joined()
    guard hash == image.sha256 else {
      throw Failure(
        .prepareFailed, "the image \(image.path) is not the one that was planned", expected: image.sha256, found: hash)
    }
    return [UInt8](data)
  }

  /// Whether another file would win although ours lies in place.
  static func shadowed(_ change: HostChange, _ observation: Observation) -> Failure? {
    guard let path = change.stagePath, let image = change.image, let cpu = observation.cpu else { return nil }
    var files = observation.files.filter { $0.path != path }
    files.append(FirmwareFile(path: path, sha256: image.sha256, version: image.version))
    // The running kernel searches for a reload, the next one after a reset; they may search differently.
    let searches = [
      (observation.kernel, observation.search), (observation.nextBootKernel, observation.searchAfterReset),
    ]
    for (kernel, search) in searches {
      guard let kernel else { continue }
      let resolution = EffectiveFile.resolve(cpu: cpu, files: files, search: search, kernel: kernel)
      if let winner = resolution.winner, winner.path != path {
        return Failure(
          .shadowed,
          "\(winner.path) would be loaded instead of \(path); move it away, or name it as a target", expected: path,
          found: winner.path)
      }
    }
    return nil
  }
}

extension Observation {
  /// The tool that rebuilds an initramfs here, `update-initramfs` before `dracut`.
  package var initramfsTool: String? { ["update-initramfs", "dracut"].first { tools[$0] != nil } }
}

import Foundation
import Synchronization

/// One simulated host: real OpenSSH, sudo and files in namespaces of its own; everything that would be hardware,
/// kernel modules, boots or guests is answered from here.
package actor LabHost {
  package nonisolated let name: String
  package nonisolated let address: String
  package nonisolated let port: UInt16
  nonisolated let spec: LabHostSpec
  nonisolated let configuration: LabConfiguration
  nonisolated let namespace: HostNamespace
  nonisolated let loop: LabLoop
  nonisolated let gate: HostGate
  /// The public half of the host key that the host shows now.
  nonisolated let shownKey = Mutex("")

  nonisolated var root: HostRoot { namespace.root }

  var firmware: SecurityProcessor
  var modules = ModuleState()
  var kernel: LabKernel
  /// Every kernel in `/boot`, the first one is GRUB's default.
  var kernels: [LabKernel]
  var log = KernelLog()
  var up = false
  var problem: String?
  var bootID = ""
  var bootCount = 0
  /// Changes with every reset, so that what was started before knows that it is over.
  var generation = 0
  var bootedAt = ContinuousClock.now
  var kexec = KexecState()
  var services: [String: ServiceState] = [:]
  var guests: [String: RunningGuest] = [:]
  var faults: [LabFault.Kind: LabFault] = [:]
  var effects: [LabEffect] = []
  /// Commands of the login since a fault began to watch them.
  var watchedCommands = 0
  /// Ending of things that faults started, by fault.
  var faultProcesses: [LabFault.Kind: pid_t] = [:]
  /// What a fault put aside and `clear` puts back.
  var putAside: [LabFault.Kind: [(path: String, bytes: [UInt8])]] = [:]
  var busListener: Int32 = -1
  var sshListener: Int32 = -1

  init(spec: LabHostSpec, address: String, configuration: LabConfiguration, namespace: HostNamespace, loop: LabLoop) {
    name = spec.name
    self.spec = spec
    self.address = address
    port = configuration.port
    self.configuration = configuration
    self.namespace = namespace
    self.loop = loop
    gate = HostGate(namespace: namespace, loop: loop)
    firmware = SecurityProcessor(spec: spec)
    kernels = spec.kernels.isEmpty ? [.bookworm] : spec.kernels
    kernel = kernels[0]
    loop.watch(child: namespace.waiter) { _ in }
  }

  /// Furnishes the host, boots it for the first time and opens it.
  func start() async throws {
    try await furnish()
    firmware.pinReported(spec.reportedSNPPin)
    for fault in spec.faults where fault.precedesFirstBoot { try await set(fault) }
    try await openBus()
    try await boot(.first)
    for fault in spec.faults where !fault.precedesFirstBoot { try await set(fault) }
    try openListener()
  }

  /// Ends everything in the host.
  func stop() async {
    up = false
    generation += 1
    await closeListener()
    if busListener >= 0 { await loop.close(listener: busListener) }
    busListener = -1
    loop.whileAlive(namespace.waiter) { kill(namespace.pid, SIGKILL) }
  }

  /// Notes a change, for assertions.
  func note(_ kind: LabEffect.Kind, _ subject: String, by command: [String] = []) {
    effects.append(
      LabEffect(sequence: effects.count + 1, kind: kind, subject: subject, command: command, boot: bootCount))
  }

  /// Microseconds since the kernel started.
  var microsecondsUp: Int {
    let (seconds, rest) = (ContinuousClock.now - bootedAt).components
    return Int(seconds) * 1_000_000 + Int(rest / 1_000_000_000_000)
  }

  /// Writes a line into the kernel's log, now or at a time of the boot.
  func say(_ text: String, at microseconds: Int? = nil) {
    log.add(text, microseconds: microseconds ?? microsecondsUp)
  }

  func fault(_ kind: LabFault.Kind) -> LabFault? { faults[kind] }

  /// One line for a `known_hosts` file.
  package nonisolated var knownHostsLine: String {
    let place = port == 22 ? address : "[\(address)]:\(port)"
    return "\(place) \(shownKey.withLock { $0 })"
  }

  /// The host's root as the machine around the lab can look at it, while the host lives.
  package nonisolated var rootFolder: String { "/proc/\(namespace.pid)/root" }
}

/// Which modules are loaded, and with which parameters.
struct ModuleState: Sendable {
  var ccp = false
  var kvm = false
  var kvmAMD = false
  /// Effective parameters of `kvm_amd`.
  var sev = false
  var sevES = false
  var sevSNP = false
  /// What was asked for when `kvm_amd` was loaded.
  var arguments: [String: String] = [:]
}

/// What `reboot` would do by kexec.
struct KexecState: Sendable {
  var loaded: LabKernel?
}

/// A systemd unit.
struct ServiceState: Sendable {
  var active = true
  var enabled = true
  /// Microseconds of the boot at which it became what it is.
  var since = 0
  /// Exit code of a transient unit that has ended.
  var exitCode: Int32?
  var transient = false
}

/// A guest and its process.
struct RunningGuest: Sendable {
  var guest: LabVirtualMachine
  /// The waiting process outside; it ends with the guest.
  var waiter: pid_t
  var paused = false
}

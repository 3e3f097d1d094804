import Foundation
import OpenStackAPI
import Testing

/// Something that speaks Keystone and Nova, with the means to prepare cases on it. The contract suite runs unchanged
/// against every back end: what passes on real Nova and on a stand-in is what the product may rely on.
protocol ComputeBackend: Sendable, CustomTestStringConvertible {
  var name: String { get }
  /// An administrator with a password.
  var administrator: CloudConfiguration { get }
  /// Somebody without an administrator's rights.
  var tenant: CloudConfiguration { get }
  /// The administrator again, through an application credential.
  func applicationCredential() async throws -> CloudConfiguration
  /// At least six hosts that nothing else uses, all with SEV.
  var hosts: [String] { get }

  /// Asks for a server on `seed.host` and returns its id; it may still be building.
  func boot(_ seed: ServerSeed) async throws -> String
  /// Deletes a server whatever it is doing. No error if it is gone.
  func delete(_ id: String) async throws
  /// Pauses a server.
  func pause(_ id: String) async throws
  /// Adds metadata to a server: the `lab_…` keys make its next moves fail, hang or take long.
  func setMetadata(_ id: String, _ metadata: [String: String]) async throws
  /// The nova-compute of a host dies in mid-work, or comes back with its guests.
  func host(_ host: String, _ verb: HostVerb) async throws
  /// Whether the catalog has an image service.
  var hasImages: Bool { get }
  /// Makes a flavor of the least size.
  func makeFlavor(_ name: String, extraSpecs: [String: String]) async throws
  func deleteFlavor(_ name: String) async throws
  /// Makes an aggregate of hosts.
  func makeAggregate(_ name: String, hosts: [String], metadata: [String: String]) async throws
  func deleteAggregate(_ name: String) async throws
  /// Makes an image and returns its id; only where `hasImages`.
  func makeImage(_ name: String, properties: [String: String]) async throws -> String
  func deleteImage(_ id: String) async throws
  /// Ids of the servers whose guests exist on the hypervisor, whatever Nova thinks.
  func guests(on host: String) async throws -> Set<String>
}

extension ComputeBackend {
  var testDescription: String { name }
}

enum HostVerb: String, Sendable {
  case kill, start
}

/// A server to be made.
struct ServerSeed: Sendable {
  enum Flavor: String, Sendable, CaseIterable {
    case plain = "plain.small"
    case sev = "sev.small"
    case sevES = "sev-es.small"
    case sevSNP = "sev-snp.small"
  }

  var host: String
  var flavor: Flavor = .plain
  /// `lab_live`: ok, slow=S, hang, fail, fail_pre, fail_source_check. `lab_cold`: ok, slow=S, hang, fail, rollback,
  /// fail_finish. `lab_spawn`: ok, slow=S, fail. `lab_power`: slow=S.
  var metadata: [String: String] = [:]
}

/// The back ends of this run.
enum ComputeBackends {
  /// A clouds.yaml of a running bed; without it the suite does not run against real Nova.
  static let bedFile = ProcessInfo.processInfo.environment["SEVFLEET_BED"].flatMap { $0.isEmpty ? nil : $0 }

  /// Every back end that could be started.
  static var all: [any ComputeBackend] {
    get async { await started.value.backends }
  }

  /// Why the others could not.
  static var failures: [String] {
    get async { await started.value.failures }
  }

  private static let started = Task { () -> (backends: [any ComputeBackend], failures: [String]) in
    var backends: [any ComputeBackend] = []
    var failures: [String] = []
    if let bedFile {
      do {
        backends.append(try BedBackend(cloudsFile: bedFile))
      } catch {
        failures.append("bed: \(error)")
      }
    }
    #if canImport(FleetLab)
      do {
        backends.append(try await EmbeddedBackend.shared.value)
      } catch {
        failures.append("embedded: \(error)")
      }
    #endif
    return (backends, failures)
  }
}

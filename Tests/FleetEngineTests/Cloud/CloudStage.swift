import FleetLab
import Foundation

/// A cloud in which nothing is wrong, and the means to plant a fault: over the lab's own compute API or real Nova.
///
/// Images are the lab's in both: the bed's own Glance cannot be called.
protocol CloudStage: Sendable {
  var scenario: Scenario { get }
  var images: LabCompute { get }
  /// What the program finds its cloud by.
  var environment: [String: String] { get }

  /// Makes a flavor, or gives the one of that name these extra specs and no others.
  func setFlavor(_ name: String, _ extraSpecs: [String: String]) async throws
  /// Makes an aggregate, or gives the one of that name these hosts and this metadata and no others.
  func setAggregate(_ name: String, hosts: [String], metadata: [String: String]) async throws
  /// A server that is there for good.
  func boot(_ flavor: String, on host: String) async throws
  /// What nova-compute reports of memory, where that can be set.
  func setMemoryRatio(_ ratio: Double, on host: String) async throws
}

extension CloudStage {
  var hosts: [String] { scenario.world.lab.hosts.map(\.name) }

  static var flavors: [String: [String: String]] {
    let sev = ["hw:mem_encryption": "true"]
    let snp = "aggregate_instance_extra_specs:snp"
    var flavors: [String: [String: String]] = [
      "sev.small": sev.merging(["aggregate_instance_extra_specs:sev": "true"]) { $1 },
      "sev-es.small": sev.merging(["hw:mem_encryption_model": "amd-sev-es", snp: "true"]) { $1 },
      "sev-snp.small": sev.merging([
        "hw:mem_encryption_model": "amd-sev-snp", snp: "true", "ATTESTATION:vcpu_model": "EPYC-Milan",
      ]) { $1 },
    ]
    for name in ["plain.small", "plain.large", "plain.huge"] { flavors[name] = ["hw:mem_encryption": "false"] }
    return flavors
  }

  static var configuration: [String: [String: String]] {
    [
      "DEFAULT": ["transport_url": "rabbit://nova:hunter2@10.0.0.1", "ram_allocation_ratio": "1.0"],
      "libvirt": ["virt_type": "kvm", "hw_machine_type": "x86_64=q35", "cpu_mode": "host-model"],
      "filter_scheduler": ["enabled_filters": "ComputeFilter,AggregateInstanceExtraSpecsFilter"],
    ]
  }

  /// Takes back whatever was planted, but for servers and what hosts run.
  func clean() async throws {
    for (name, specs) in Self.flavors { try await setFlavor(name, specs) }
    for name in ["sev", "snp"] { try await setAggregate(name, hosts: hosts, metadata: [name: "true"]) }
    await images.resetImages()
    for host in hosts { try await configure(host) }
  }

  /// Extra specs over those of the clean flavor; an empty text removes the key.
  func change(_ flavor: String, _ specs: [String: String]) async throws {
    try await setFlavor(
      flavor, (Self.flavors[flavor] ?? [:]).merging(specs) { $1 }.filter { !$0.value.isEmpty })
  }

  /// nova.conf of a host, with `words` (`section/key`) over those of a clean one; an empty text removes the key.
  func configure(_ host: String, _ words: [String: String] = [:]) async throws {
    var sections = Self.configuration
    for (name, value) in words {
      let parts = name.split(separator: "/").map(String.init)
      sections[parts[0], default: [:]][parts[1]] = value.isEmpty ? nil : value
    }
    let text = sections.map { name, keys in
      "[\(name)]\n" + keys.map { "\($0) = \($1)\n" }.sorted().joined()
    }.sorted().joined(separator: "\n")
    try await scenario.world.lab.host(host).put("/etc/nova/nova.conf", Array(text.utf8))
  }

  func configureAll(_ words: [String: String]) async throws {
    for host in hosts { try await configure(host, words) }
  }

  // MARK: Running

  func report(_ words: String...) async throws -> Program.Ended {
    try await scenario.sevfleet(["report"] + words, environment: environment)
  }

  /// The audit as the program tells it.
  func audit() async throws -> CloudAuditSeen {
    let ended = try await report("openstack", "--json", "--exit-code")
    let seen = try CloudAuditSeen.read(ended)
    guard ended.status == (seen.clean ? 0 : 6), !ended.stdout.contains("hunter2"), !ended.stderr.contains("hunter2")
    else { throw RolloutSeen.Unreadable(description: "exit \(ended.status): \(ended.stdout) \(ended.stderr)") }
    return seen
  }
}

/// The parts of `sevfleet.cloudaudit/1` that tests look at.
struct CloudAuditSeen: Decodable, Sendable {
  struct Subject: Decodable, Sendable {
    var type: String
    var name: String
  }

  struct Finding: Decodable, Sendable {
    var kind: String
    var subject: Subject
    var text: String
    var fix: [String]
    var source: String
    var grade: String
  }

  var schema: String
  var clean: Bool
  var findings: [Finding]

  /// Without those of flavors and aggregates that other tests make meanwhile.
  var own: [Finding] { findings.filter { !$0.subject.name.hasPrefix("case-") } }
  var kinds: Set<String> { Set(own.map(\.kind)) }
  var texts: String { own.map(\.text).joined(separator: "\n") }

  static func read(_ ended: Program.Ended) throws -> CloudAuditSeen {
    do {
      return try JSONDecoder().decode(CloudAuditSeen.self, from: Data(ended.stdout.utf8))
    } catch {
      throw RolloutSeen.Unreadable(
        description: "exit \(ended.status), no audit (\(error)): \(ended.stdout) \(ended.stderr)")
    }
  }
}

import FleetCore
import FleetEngine
import FleetSim
import Foundation
import Testing

/// A rehearsal says what would happen on the hosts as they were seen last, also where that is not what the plan hopes.
@Suite struct RehearsalTests {
  private static let id = HostID("h1")
  private static let name = "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin"
  private static let seen = FirmwareVersion(1, 55, 29)

  /// What one host is like, and what becomes of it.
  private struct Row: Sendable {
    var text: String
    var change: @Sendable (inout HostChange) -> Void = { _ in }
    var look: @Sendable (inout Observation) -> Void = { _ in }
    var kind: FailureKind?
  }

  private static let rows = [
    Row(text: "all is well"),
    Row(
      text: "its package is held",
      change: { $0.package = PackageTreatment(name: "amd64-microcode", treatment: .hold) }),
    Row(
      text: "the driver starts from the initramfs",
      change: {
        $0.rebuildInitramfs = "6.1.0"
        $0.activation = .reboot
      },
      look: {
        $0.tools["update-initramfs"] = "/usr/sbin/update-initramfs"
        $0.initramfs = Initramfs(kernel: "6.1.0", path: "/boot/initrd.img-6.1.0", containsCCP: true, files: $0.files)
      }),
    Row(
      text: "another file wins",
      look: {
        $0.files.append(
          FirmwareFile(path: "/lib/firmware/amd/amd_sev_fam19h_model01h.sbin", version: FirmwareVersion(1, 55, 22)))
      }, kind: .shadowed),
    Row(
      text: "something else runs by now", look: { $0.firmware = Self.readings(FirmwareVersion(1, 55, 22)) },
      kind: .changedSincePlan),
    Row(
      text: "a VM runs that is nobody's to move",
      look: { $0.virtualMachines.guests = [GuestProcess(pid: 7, uuid: nil, name: "own", model: .none)] },
      kind: .serverAppeared),
  ]

  private static func readings(_ version: FirmwareVersion) -> FirmwareReadings {
    var log = KernelLogFacts(snpEnabled: true, reachesBoot: true)
    let floor = FirmwareVersion(1, 55, 7)
    log.updates = [
      .init(seconds: 4, from: floor, to: version, line: "SEV firmware updated from \(floor) to \(version)")
    ]
    return FirmwareReadings(kernelLog: log)
  }

  private static func look() -> Observation {
    var look = Observation(host: id, observedAt: SimSetup.start)
    look.cpu = CPUIdentity(family: 25, model: 1, stepping: 1)
    look.kernel = "6.1.0"
    look.nextBootKernel = "6.1.0"
    look.modules = ModuleState(ccp: .module, kvmAMD: .module, ccpHolders: ["kvm_amd"], ccpReferences: 1)
    look.search = FirmwareSearch(loadsXZ: true, loadsZstd: false)
    look.firmware = readings(seen)
    look.files = [FirmwareFile(path: name, version: seen)]
    return look
  }

  @Test func itIsHonest() async throws {
    let wanted = FirmwareVersion(1, 55, 31)
    let images = try SimRunTests.images.get().all.map(\.image)
    let image = try #require(images.first { $0.familyModel == SimImages.milan && $0.version == wanted })
    for row in Self.rows {
      var change = HostChange(
        host: Self.id, computeHost: .notInNova, expected: Self.seen, desired: wanted, image: image, direction: .upgrade,
        activation: .reload, stagePath: Self.name, floor: FirmwareVersion(1, 55, 7), drain: DrainPlan(needed: true),
        sevES: SEVESImpact(verdict: .kept, text: ""), attestation: AttestationImpact(), reasons: [])
      row.change(&change)
      var look = Self.look()
      row.look(&look)
      let host = Host(
        id: Self.id, address: "192.0.2.1", ssh: SSHSettings(), computeHost: .notInNova,
        declaredAt: SourceLocation(file: "hosts.yaml", line: 1))
      let story = try await Rehearsal(
        Plan(changes: [change], upToDate: [], excluded: []),
        Rehearsal.Known(
          hosts: [host], policy: Policy(), catalog: Catalog(images: images), facts: Facts(), looks: [Self.id: look],
          views: [:],
          floors: [:])
      ).run()
      let ended = try #require(story.report?.hosts.first, "\(row.text): \(story.stuck ?? "no report")")
      #expect(ended.failure?.kind == row.kind, "\(row.text): \(ended.text)")
      #expect((ended.outcome == .converged) == (row.kind == nil), "\(row.text): \(ended.text)")
    }
  }
}

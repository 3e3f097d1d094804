import FleetCore
import Testing

@Suite("What a look tells the audit of a cloud") struct CloudHostLookTests {
  private static func host(
    _ target: FirmwareTarget?, catalog: Catalog = Bench().catalog, _ change: (inout Observation) -> Void = { _ in }
  ) -> CloudHost {
    var bench = Bench()
    bench.host.target = target
    change(&bench.observation)
    return CloudHost(
      name: "cmp-1", host: bench.host, observation: bench.observation, facts: bench.facts, catalog: catalog)
  }

  @Test func aLookIsTakenOver() {
    let host = Self.host(.version(Bench.newer)) { $0.computeUnit = .docker(container: "nova_compute") }
    #expect(host.host == HostID("sev-1") && host.generation == "Milan")
    #expect(host.features == SEVFeatures(sev: .usable, sevES: .usable, sevSNP: .usable))
    #expect(host.computeUnit == .docker(container: "nova_compute"))
    #expect(host.offer.value == nil && host.novaConf.value == nil)
  }

  @Test func neverSeenIsNothingKnown() {
    let bench = Bench()
    let host = CloudHost(name: "cmp-1", host: bench.host, observation: nil, facts: bench.facts)
    #expect(host.features == nil && host.generation == nil && host.refusesSEVESAfterTarget == nil)
  }

  /// By the image's own level where the catalog has it, else by what facts say of the version.
  @Test(arguments: [
    (FirmwareTarget.version(Bench.newer), Optional(false)), (.version(Bench.losing), true),
    (.named("x", versions: [Bench.folder: Bench.losing]), true), (.named("x", versions: [:]), nil), (.factory, nil),
  ])
  func refusalByTheTarget(target: FirmwareTarget, refuses: Bool?) {
    #expect(Self.host(target).refusesSEVESAfterTarget == refuses)
    #expect(Self.host(target, catalog: Catalog()).refusesSEVESAfterTarget == refuses)
    // Without SNP nothing refuses it, and without a CPU nobody can tell.
    #expect(Self.host(target) { $0.parameters.sevSNP = false }.refusesSEVESAfterTarget == false)
    #expect(Self.host(target) { $0.cpu = nil }.refusesSEVESAfterTarget == nil)
  }

  /// A header without a level, and a version between two that facts know: nobody can tell.
  @Test func whatNobodyKnowsIsUnknown() {
    let between = FirmwareVersion(1, 55, 33)
    let image = Catalog(images: [Bench.image(between, spl: 0)])
    #expect(Self.host(.version(between), catalog: image).refusesSEVESAfterTarget == nil)
    #expect(Self.host(.version(between), catalog: Catalog()).refusesSEVESAfterTarget == nil)
    #expect(Self.host(nil).refusesSEVESAfterTarget == nil)
  }
}

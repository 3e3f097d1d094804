package import FleetCore

/// What a history begins with: a world, what the inventory says of it, and perhaps a plan that was made elsewhere.
package struct SimScenario: Sendable {
  package var world: SimWorld
  package var hosts: [Host]
  /// The fleet's own policy.
  package var policy: Policy
  package var catalog: Catalog
  package var facts: Facts
  /// `nil`: it is made here.
  package var plan: Plan?
  /// Times that a rollout that paused or halted is taken up again.
  package var resumes: Int

  init(
    world: SimWorld, hosts: [Host], policy: Policy, catalog: Catalog, facts: Facts, plan: Plan? = nil, resumes: Int
  ) {
    self.world = world
    self.hosts = hosts
    self.policy = policy
    self.catalog = catalog
    self.facts = facts
    self.plan = plan
    self.resumes = resumes
  }
}

extension SimSetup {
  package func scenario(_ images: SimImages) -> SimScenario {
    let world = world(images)
    let hosts = inventory(world)
    return SimScenario(
      world: world, hosts: hosts, policy: hosts.first?.policy ?? Policy(),
      catalog: Catalog(images: images.all.map(\.image)), facts: Self.facts, resumes: resumes)
  }
}

import FleetCore
import FleetStore

/// Looks at the hosts of a wave that has soaked, and asks the fleet's own hook: whether the next wave may begin.
struct SoakVerdict {
  struct Subject {
    var host: Host
    var change: HostChange
    var before: RunFacts?
    var after: RunFacts
  }

  /// Failures told of one wave; a wave in which more went wrong is not judged better by a longer list.
  private static let maxFailures = 20
  private static let outputLimit = 4096

  let services: EngineServices
  let hook: Policy.Hook?
  let rollout: String

  /// What is wrong, a sentence each; empty: the wave passed.
  func failures(_ wave: Int, _ subjects: [Subject]) async throws -> [String] {
    var found = try await looked(subjects)
    if let text = await asked(wave, subjects.map(\.host.id)) { found.append(text) }
    // A hook that was ended because the controller leaves said nothing.
    try Task.checkCancellation()
    let left = found.count - Self.maxFailures
    return Array(found.prefix(Self.maxFailures)) + (left > 0 ? ["and \(left) more"] : [])
  }

  private func looked(_ subjects: [Subject]) async throws -> [String] {
    let looks = await bounded(subjects.map(\.host), PlanMaker.probesAtOnce) { host in
      let look = await services.hosts.observe(host)
      await services.hosts.close(host)
      return (host.id, look)
    }
    let at = services.clock.now()
    try services.store.save(observations: looks.map { ($0.0, $0.1, at) })
    let byHost = Dictionary(looks, uniquingKeysWith: { first, _ in first })
    var found: [String] = []
    for subject in subjects {
      let rules = SoakRules(change: subject.change, after: subject.after, facts: services.facts)
      switch byHost[subject.host.id] {
      case .success(let observation)?: found += rules.failures(observation)
      case .failure(let failure)?: found.append("\(subject.host.id): \(failure.text)")
      case nil: break
      }
      found += await served(subject, rules)
    }
    return found
  }

  private func served(_ subject: Subject, _ rules: SoakRules) async -> [String] {
    // A service that was disabled before the run was never ours to enable.
    guard let compute = services.compute, let name = subject.change.computeHost.name,
      subject.before?.service?.isEnabled != false
    else { return [] }
    do throws(ComputeError) {
      return rules.failures(try await compute.service(name))
    } catch {
      return ["\(subject.host.id): Nova does not tell of its service: \(error.text)"]
    }
  }

  private func asked(_ wave: Int, _ hosts: [HostID]) async -> String? {
    guard let hook else { return nil }
    let environment = [
      "SEVFLEET_ROLLOUT": rollout, "SEVFLEET_WAVE": "\(wave)",
      "SEVFLEET_HOSTS": hosts.map(\.rawValue).joined(separator: " "),
    ]
    do {
      let (status, output) = try await LocalCommand.run(
        hook.argv, environment: environment, timeout: hook.timeout, outputLimit: Self.outputLimit)
      guard status != 0 else { return nil }
      return "hook post_soak said no (\(status.map { "exit \($0)" } ?? "no end in time")): \(output)"
    } catch {
      return "hook post_soak could not be run: \(error)"
    }
  }
}

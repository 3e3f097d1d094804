/// What one bulletin means for one host.
package struct BulletinVerdict: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, Codable, CaseIterable {
    /// Every floor is met, every extra step done, every mitigation bit verified.
    case mitigated
    /// Every floor is met; whether the mitigation took effect cannot be read here.
    case floorMet
    /// Every floor is met, and something is still to be done besides.
    case stepsOpen
    /// A floor is not met.
    case behind
    /// Nobody can tell: no fact speaks of the product, or the host does not show what a fact asks for.
    case unknown
    /// A fact says that the product is not affected.
    case notConcerned

    /// Whether nothing is left to do.
    package var isClosed: Bool {
      switch self {
      case .mitigated, .notConcerned: true
      case .floorMet, .stepsOpen, .behind, .unknown: false
      }
    }

    /// Whether something is known to be left to do.
    package var isOpen: Bool {
      switch self {
      case .stepsOpen, .behind: true
      case .mitigated, .floorMet, .unknown, .notConcerned: false
      }
    }
  }

  /// What the facts that count say by themselves: one that is only shown neither adds to it nor takes from it.
  package struct Counted: Hashable, Sendable {
    package var state: State
    package var text: String
    package var fact: Fact

    package init(state: State, text: String, fact: Fact) {
      self.state = state
      self.text = text
      self.fact = fact
    }
  }

  /// `AMD-SB-3023`.
  package var bulletin: String
  package var cves: [String]
  package var name: String?
  package var note: String?
  /// `Milan-X`; `nil`: unknown.
  package var product: String?
  package var state: State
  /// The state in one sentence.
  package var text: String
  /// Of the fact that decided; of the bulletin's record where none did.
  package var fact: Fact
  /// `nil`: no fact that counts speaks of the host.
  package var counted: Counted?
  package var checks: [RequirementCheck]
  package var steps: [StepCheck]

  package init(
    _ bulletin: Bulletin, product: String?, state: State, text: String, fact: Fact, counted: Counted? = nil,
    checks: [RequirementCheck] = [], steps: [StepCheck] = []
  ) {
    self.bulletin = bulletin.id
    cves = bulletin.cves
    name = bulletin.name
    note = bulletin.note
    self.product = product
    self.state = state
    self.text = text
    self.fact = fact
    self.counted = counted
    self.checks = checks
    self.steps = steps
  }

  /// Whether the state counts against the host: a fact that counts says that something is left to do, or that nobody can
  /// tell.
  package var isEnforced: Bool {
    guard let counted else { return false }
    return counted.state.isOpen || (counted.state == .unknown && state == .unknown)
  }

  /// The CVEs, with the researchers' name and the bulletin.
  package var title: String { Bulletin.title(cves: cves, name: name, id: bulletin) }
}

/// One fact as a line to read: what it says of what, how well it is known, and whether it still counts.
package struct FactLine: Hashable, Sendable {
  package enum Standing: Hashable, Sendable {
    case inForce
    /// Its source took it back.
    case withdrawn(CivilDate)
    /// An operator's `facts.yaml` says something else in its place.
    case superseded
  }

  /// Section of `facts.yaml`; `floors`, `steps` and `unaffected` are those of bulletins.
  package var section: String
  /// Id of the bulletin it belongs to; `nil`: to none.
  package var bulletin: String?
  /// A product, a generation or a version.
  package var subject: String
  package var statement: String
  package var fact: Fact
  package var standing: Standing

  package init(
    section: String, bulletin: String? = nil, subject: String, statement: String, fact: Fact,
    standing: Standing = .inForce
  ) {
    self.section = section
    self.bulletin = bulletin
    self.subject = subject
    self.statement = statement
    self.fact = fact
    self.standing = standing
  }
}

/// Lists facts, those no longer in force too: nothing that was once believed is forgotten.
package enum FactLedger {
  /// Facts in force, then those of `before` that another file replaced; each once.
  package static func lines(_ facts: Facts, before: [Facts]) -> [FactLine] {
    var result = lines(facts)
    var known = Set(result)
    for line in before.flatMap(lines) where known.insert(line).inserted {
      var line = line
      if line.standing == .inForce { line.standing = .superseded }
      result.append(line)
    }
    return result
  }

  private static func lines(_ facts: Facts) -> [FactLine] {
    processors(facts) + firmware(facts) + facts.bulletins.flatMap(bulletin)
      + facts.advisories.map {
        FactLine(section: "advisories", subject: $0.generation, statement: $0.text, fact: $0.fact)
      }
  }

  private static func processors(_ facts: Facts) -> [FactLine] {
    let generations = facts.generations.map { row in
      let models = "\(Hex.padded(row.firstModel, 2))-\(Hex.padded(row.lastModel, 2))"
      return FactLine(
        section: "generations", subject: row.name,
        statement: "family \(row.family), models 0x\(models), Zen \(row.zen), SNP \(row.hasSNP), FMC \(row.hasFMC)",
        fact: row.fact)
    }
    let products = facts.products.map { row in
      let models = row.models.map { "0x\(Hex.padded($0, 2))" }.joined(separator: " ")
      let steppings = row.steppings.map(String.init).joined(separator: " ")
      return FactLine(
        section: "products", subject: row.name,
        statement: "\(row.generation), models \(models), steppings \(steppings)", fact: row.fact)
    }
    return generations + products
  }

  private static func firmware(_ facts: Facts) -> [FactLine] {
    let refusals = facts.sevESRefusals.map {
      FactLine(
        section: "sevESRefusals", subject: "Zen \($0.zen)",
        statement: "SEV-ES is refused while SNP is on from SNP level \($0.fromSNP) on", fact: $0.fact)
    }
    let ranges = facts.sevESByVersion.map {
      FactLine(
        section: "sevESByVersion", subject: $0.generation,
        statement: "SEV-ES is kept up to \($0.lastKept) and lost from \($0.firstLost) on", fact: $0.fact)
    }
    let builds = facts.firmware.flatMap { row in
      let subject = "\(row.generation) \(row.version)"
      var lines = [
        FactLine(section: "firmware", subject: subject, statement: row.note ?? "it exists", fact: row.fact)
      ]
      if let spl = row.spl {
        lines.append(
          FactLine(section: "firmware", subject: subject, statement: "SNP level \(spl)", fact: row.splFact ?? row.fact))
      }
      if let version = row.reportVersion {
        lines.append(
          FactLine(
            section: "firmware", subject: subject, statement: "attestation reports of version \(version)",
            fact: row.reportFact ?? row.fact))
      }
      return lines
    }
    let needs = facts.prerequisites.map {
      FactLine(section: "prerequisites", subject: $0.generation, statement: $0.text, fact: $0.fact)
    }
    return refusals + ranges + builds + needs
  }

  private static func bulletin(_ row: Bulletin) -> [FactLine] {
    func line(_ section: String, _ subject: String, _ statement: String, _ fact: Fact) -> FactLine {
      FactLine(section: section, bulletin: row.id, subject: subject, statement: statement, fact: fact)
    }
    let record = line("bulletins", row.title, row.note ?? "recorded", row.fact)
    let floors = row.floors.map { floor in
      var found = line("floors", floor.product, "closed from \(floor.requirement.text) on", floor.fact)
      if let day = floor.withdrawn { found.standing = .withdrawn(day) }
      return found
    }
    let steps = row.steps.map { line("steps", "every product", $0.text, $0.fact) }
    let unaffected = row.unaffected.map { line("unaffected", $0.product, "not affected", $0.fact) }
    return [record] + floors + steps + unaffected
  }
}

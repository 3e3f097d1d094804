package import FleetCore

/// The fleet held against its targets and the bulletins, as the page and the printed report show it.
package struct ComplianceModel: Hashable, Sendable {
  /// The time it speaks of.
  package var at: Instant
  /// Whether that is a time somebody asked for, not now.
  package var isPast: Bool
  package var hosts: [Host]
  package var bulletins: [Bulletin]
  /// States of the fleet over time, the oldest first.
  package var days: [Day]
  package var waivers: [Waiver]
  /// Servers that attest an older level than their host has, until they are restarted.
  package var restarts: [Restart]
  package var advisories: [Advisory]

  package init(
    at: Instant, isPast: Bool, hosts: [Host], bulletins: [Bulletin], days: [Day], waivers: [Waiver],
    restarts: [Restart], advisories: [Advisory]
  ) {
    self.at = at
    self.isPast = isPast
    self.hosts = hosts
    self.bulletins = bulletins
    self.days = days
    self.waivers = waivers
    self.restarts = restarts
    self.advisories = advisories
  }
}

extension ComplianceModel {
  /// One bulletin over the fleet.
  package struct Bulletin: Hashable, Sendable {
    /// `AMD-SB-3023`.
    package var id: String
    /// Its CVEs and name.
    package var title: String
    /// Hosts by what it means for them.
    package var counts: [BulletinStanding: Int]
    /// How long hosts took to close it, in words; `nil`: none has.
    package var timeToCompliance: String?
    package var fact: Fact

    package init(
      id: String, title: String, counts: [BulletinStanding: Int], timeToCompliance: String?, fact: Fact
    ) {
      self.id = id
      self.title = title
      self.counts = counts
      self.timeToCompliance = timeToCompliance
      self.fact = fact
    }
  }

  package struct Day: Hashable, Sendable {
    package var at: Instant
    package var counts: [ComplianceRow.State: Int]

    package init(at: Instant, counts: [ComplianceRow.State: Int]) {
      self.at = at
      self.counts = counts
    }
  }

  package struct Waiver: Hashable, Sendable {
    /// Hosts it covers, in words.
    package var hosts: String
    /// A bulletin, or the kind of a finding.
    package var subject: String
    package var owner: String
    package var reason: String
    /// The last day it covers, such as `2026-12-31`.
    package var expires: String
    package var isExpired: Bool

    package init(
      hosts: String, subject: String, owner: String, reason: String, expires: String, isExpired: Bool
    ) {
      self.hosts = hosts
      self.subject = subject
      self.owner = owner
      self.reason = reason
      self.expires = expires
      self.isExpired = isExpired
    }
  }

  package struct Restart: Hashable, Sendable {
    package var project: String
    package var server: String
    package var host: String
    /// What it was launched on, in words; `nil`: unknown.
    package var launchedOn: String?
    /// What it would attest after a restart, in words.
    package var wouldAttest: String

    package init(project: String, server: String, host: String, launchedOn: String?, wouldAttest: String) {
      self.project = project
      self.server = server
      self.host = host
      self.launchedOn = launchedOn
      self.wouldAttest = wouldAttest
    }
  }

  /// Something to know about all that is shown, such as that a TCB of Milan can be forged.
  package struct Advisory: Hashable, Sendable {
    package var text: String
    package var fact: Fact

    package init(text: String, fact: Fact) {
      self.text = text
      self.fact = fact
    }
  }
}

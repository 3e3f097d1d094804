package import FleetCore
import Glibc

/// One word of HOSTS: a name, a glob, `group=NAME` or `domain=NAME`.
package struct HostSelector: Hashable, Sendable {
  private let text: String

  package init(_ text: String) { self.text = text }

  package func matches(_ host: Host) -> Bool {
    if let group = text.value(of: "group=") { return host.groups.contains(group) }
    if let domain = text.value(of: "domain=") { return host.failureDomain == domain }
    return fnmatch(text, host.id.rawValue, 0) == 0
  }
}

extension String {
  /// What follows `prefix`; `nil` where the text does not start with it.
  package func value(of prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}

/// Where a nova.conf may lie on a host (`nova_conf:` of fleet.yaml).
package enum NovaConfPlace: Hashable, Sendable, Codable {
  /// A file of the host.
  case host(String)
  /// The file as the running nova-compute sees it, in whatever container it runs (Docker, Podman, a pod of YAOOK's).
  case container(String)

  /// Looked at in this order; the first that is there counts. devstack's own file goes before the one beside it, and
  /// what the running process sees goes before what lies on the host.
  package static let usual: [NovaConfPlace] = [
    .host("/etc/nova/nova-cpu.conf"), .container("/etc/nova/nova.conf"), .host("/etc/kolla/nova-compute/nova.conf"),
    .host("/etc/nova/nova.conf"),
  ]

  private static let containerMark = "container:"

  /// `/PATH` or `container:/PATH`; `nil` for anything else.
  package init?(_ text: String) {
    let isInside = text.hasPrefix(Self.containerMark)
    let path = isInside ? String(text.dropFirst(Self.containerMark.count)) : text
    guard SudoRules.isPath(path) else { return nil }
    self = isInside ? .container(path) : .host(path)
  }

  package var text: String {
    switch self {
    case .host(let path): path
    case .container(let path): Self.containerMark + path
    }
  }

  /// The path as it stands in the file.
  package var path: String {
    switch self {
    case .host(let path), .container(let path): path
    }
  }

  package var isInContainer: Bool {
    switch self {
    case .host: false
    case .container: true
    }
  }

  /// The paths that a sudo rule admits, as a regular expression.
  var pattern: String {
    switch self {
    case .host(let path): SudoRule.literal(path)
    case .container(let path): "/proc/[0-9]{1,10}/root\(SudoRule.literal(path))"
    }
  }
}

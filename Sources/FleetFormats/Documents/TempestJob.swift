package import FleetCore

/// YAOOK's TempestJob for the modes that a cloud can run: as YAML for `kubectl apply`, and as `sevfleet.tempestjob/1`.
package struct TempestJob: Encodable, Sendable {
  package struct Mode: Encodable, Sendable {
    var mode: String
    /// Nova's names.
    var hosts: [String]
    /// `null`: no flavor asks for it.
    var flavor: String?
    /// `null`: no image fits it, or the images were not read.
    var image: String?
  }

  package struct LeftOut: Encodable, Sendable {
    var mode: String
    var why: String
  }

  package var schema = "sevfleet.tempestjob/1"
  package var at: Instant
  package var modes: [Mode]
  package var leftOut: [LeftOut]

  package init(_ modes: TempestModes, at: Instant) {
    self.at = at
    self.modes = modes.modes.map {
      Mode(mode: $0.model.rawValue, hosts: $0.hosts, flavor: $0.flavor?.id, image: $0.image?.id)
    }
    leftOut = modes.leftOut.map { LeftOut(mode: $0.model.rawValue, why: $0.why) }
  }

  /// The job. What was left out, and why, stands in its comments.
  package var yaml: String {
    var lines = [
      "# Made by `sevfleet report tempest` at \(at.rfc3339), by what Placement offers and hosts were seen to run.",
      "# The names of its keys may differ between YAOOK's releases: compare `kubectl explain tempestjob.spec` first.",
    ]
    for mode in modes { lines.append("# \(mode.mode): hosts that can run it: \(mode.hosts.count)") }
    for left in leftOut { lines.append("# \(left.mode) is left out: \(Self.oneLine(left.why))") }
    for mode in modes {
      if mode.flavor == nil { lines.append("# \(mode.mode) has no flavor yet: flavor_ref is empty") }
      if mode.image == nil { lines.append("# \(mode.mode) has no image that fits: image_ref is empty") }
    }
    lines += [
      "apiVersion: yaook.cloud/v1", "kind: TempestJob", "metadata:", "  name: amd-sev", "spec:", "  keystoneRef:",
      "    name: keystone", "    kind: KeystoneDeployment", "  target:", "    service: nova", "  tempestConfig:",
      "    amd_sev:", "      modes: \(YamlText.list(modes.map { YamlText.scalar($0.mode) }))",
    ]
    for mode in modes {
      let key = mode.mode.replacing("-", with: "_")
      lines.append("      \(key)_flavor_ref: \(YamlText.scalar(mode.flavor ?? ""))")
      lines.append("      \(key)_image_ref: \(YamlText.scalar(mode.image ?? ""))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Names of hosts come from Nova; a comment must not end in one of them.
  private static func oneLine(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }
}

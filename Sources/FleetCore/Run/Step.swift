/// The steps of one host run, in order (RULES O). Each promises one observable thing.
package enum Step: String, CaseIterable, Hashable, Sendable, Codable {
  /// The host still is what the plan expects.
  case observe
  /// Everything under `amd` and `updates/amd` is kept on the host and at the controller, and re-read.
  case backup
  /// The image lies on the host with its hash read back, and everything that can fail early has been tried.
  case prepare
  /// The compute service is disabled, by us or by somebody before us.
  case cordon
  /// No server is left that must go, by Nova and by the host's own witnesses.
  case drain
  /// The image is the file the kernel would load, also from the initramfs of the kernel that boots next.
  case stage
  /// The door is closed (nova-compute stopped) and the host is proved empty a second time.
  case proveEmpty
  /// The staged file runs: modules reloaded or the host reset.
  case activate
  /// Version, TCB and SEV states are read back and judged.
  case verify
  /// The compute service is enabled again, if the disabling was ours.
  case uncordon
}

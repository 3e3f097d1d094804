/// Bounds on what is read as YAML. Operators write these files, yet a wrong file must never cost more than an error.
package enum YamlLimits {
  /// Bytes of one file: 20,000 hosts at 200 bytes each.
  package static let fileBytes = 4 << 20
  /// Levels of nesting: the deepest key we read, a hook's argv under a host's policy, lies at 9.
  package static let depth = 16
  /// Duplicate keys found in one file before reading stops: each costs a new parse.
  package static let duplicateKeys = 20
  /// Longest key or name looked at for a suggestion: the distance is quadratic.
  package static let suggestionLength = 64
}

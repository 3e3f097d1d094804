/// Everything sevfleet does to a host, a server or a service, by name. Each is journalled before and after (D2).
package enum EffectKind: String, Hashable, Sendable, Codable, CaseIterable {
  case takeLease, giveLease
  case backup, upload
  case treatPackage
  case disableService, enableService
  case moveLive, moveCold, confirmMove, revertMove, abortMove, stopServer, startServer, moveHome
  case stageFile, rebuildInitramfs
  case stopCompute, startCompute
  case unloadKexec, reload, reset
  case restoreFile
  case hook

  /// Whether the effect begins the activation: from here on nothing is undone silently (RULES U2).
  package var beginsActivation: Bool { self == .reload || self == .reset }

  /// Whether the return path must undo or settle it (RULES U1).
  package var isUndone: Bool {
    switch self {
    case .takeLease, .treatPackage, .disableService, .moveLive, .moveCold, .stopServer, .stageFile, .stopCompute:
      true
    // Rebuilding the initramfs is part of putting the file back.
    case .giveLease, .backup, .upload, .enableService, .confirmMove, .revertMove, .abortMove, .startServer,
      .moveHome, .startCompute, .unloadKexec, .reload, .reset, .restoreFile, .rebuildInitramfs, .hook:
      false
    }
  }
}

/// One effect: what is done, and to what. The subject is a server id, a path, a unit or empty.
package struct EffectID: Hashable, Sendable, Codable, CustomStringConvertible {
  package var kind: EffectKind
  package var subject: String

  package init(_ kind: EffectKind, _ subject: String = "") {
    self.kind = kind
    self.subject = subject
  }

  package var description: String { subject.isEmpty ? kind.rawValue : "\(kind.rawValue) \(subject)" }
}

/// How an effect was seen to end.
package enum EffectResult: Hashable, Sendable, Codable {
  /// Seen done; the text says what was seen.
  case done(String)
  /// Seen not to have happened, or to have been taken back by the other side.
  case failed(String)
}

extension ComputeView {
  /// The same view, its servers' models weighed against the qemu command lines of the host (RULES D1).
  package func witnessed(by machines: VirtualMachines) -> ComputeView {
    switch self {
    case .notInNova, .unknown: return self
    case .known(var view):
      let models = machines.modelsByServer
      view.servers = view.servers.map { $0.witnessed(as: models[$0.id]) }
      return .known(view)
    }
  }
}

extension ComputeServer {
  /// Nova's word on the model, weighed against what its process says: it fills a gap, beats a "not encrypted" that it
  /// contradicts, and two encryptions that differ are unknown, never a choice (RULES D1).
  package func witnessed(as seen: EncryptionModel?) -> ComputeServer {
    guard let seen, seen != model else { return self }
    var server = self
    switch (model, seen) {
    case (.unknown, _), (.none, _):
      server.model = seen
      server.modelSource = "the qemu command line"
    // What Nova knows to be confidential stays so, whatever could not be read of the process.
    case (_, .none), (_, .unknown): break
    case (.sev, _), (.sevES, _), (.sevSNP, _):
      server.model = .unknown
      server.modelSource = "\(modelSource) says \(model.rawValue), the qemu command line \(seen.rawValue)"
    }
    return server
  }
}

import Glibc

/// What all hosts of a lab share while they are made: a temporary folder and the lifeline.
///
/// The folder is removed when the last host stands; after that nothing of the lab lies outside its namespaces.
struct LabStage: Sendable {
  let folder: String
  /// Read end of a pipe whose write end only the lab's process has.
  let lifeline: Int32
  let lifelineKeeper: Int32

  var script: String { folder + "/setup.sh" }
  var template: String { folder + "/template" }
  var mountPoint: String { folder + "/root" }

  static func make(files: [TemplateFile]) throws(LabError) -> LabStage {
    var pattern = Array("/tmp/sevfleet-lab.XXXXXX".utf8CString)
    guard mkdtemp(&pattern) != nil else {
      throw LabError(.file, "no temporary folder can be made", cause: String(cString: strerror(errno)))
    }
    let folder = Text.decode(pattern.dropLast().map { UInt8(bitPattern: $0) })
    chmod(folder, 0o755)
    let pipe = try Descriptor.pipe()
    let stage = LabStage(folder: folder, lifeline: pipe.read, lifelineKeeper: pipe.write)
    mkdir(stage.mountPoint, 0o755)
    mkdir(stage.template, 0o755)
    try stage.put("/../setup.sh", .text(NamespaceSetup.script, 0o755))
    try stage.put("/run/lab/fstab", .text(NamespaceSetup.fstab(base: stage.mountPoint), 0o644))
    for file in files { try stage.put(file.path, file.content) }
    return stage
  }

  /// Writes one entry of the template.
  private func put(_ path: String, _ content: TemplateFile.Content) throws(LabError) {
    let place = template + path
    var made = template
    for part in path.split(separator: "/").dropLast() where part != ".." {
      made += "/" + part
      if mkdir(made, 0o755) == 0 { chmod(made, 0o755) }
    }
    switch content {
    case .folder(let mode):
      mkdir(place, mode)
      guard chmod(place, mode) == 0 else { throw Self.failure(path) }
    case .link(let target):
      guard symlink(target, place) == 0 else { throw Self.failure(path) }
    case .text(let text, let mode):
      try store(Array(text.utf8), at: place, mode: mode, path)
    case .copy(let source):
      guard let bytes = HostRoot.machine.read(source) else { return }
      try store(bytes, at: place, mode: 0o644, path)
    case .program(let source):
      guard let bytes = HostRoot.machine.read(source) else { return }
      try store(bytes, at: place, mode: 0o755, path)
    }
  }

  private func store(_ bytes: [UInt8], at place: String, mode: mode_t, _ path: String) throws(LabError) {
    let descriptor = open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw Self.failure(path) }
    defer { Descriptor.close(descriptor) }
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count, fchmod(descriptor, mode) == 0 else { throw Self.failure(path) }
  }

  private static func failure(_ path: String) -> LabError {
    LabError(.file, "cannot write the template's \(path)", cause: String(cString: strerror(errno)))
  }

  /// Removes the temporary folder; the lifeline stays.
  func removeFolder() { LabStage.removeTree(folder) }

  /// Ends the first process of every host that was made with this stage.
  func cut() { Descriptor.close(lifelineKeeper, lifeline) }

  private static func removeTree(_ path: String) {
    if unlink(path) == 0 || errno == ENOENT { return }
    if let handle = opendir(path) {
      var names: [String] = []
      while let entry = readdir(handle) {
        names.append(
          withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
          })
      }
      closedir(handle)
      for name in names where name != "." && name != ".." { removeTree(path + "/" + name) }
    }
    rmdir(path)
  }
}

/// One entry of the tree that every host starts from.
struct TemplateFile: Sendable {
  enum Content: Sendable {
    case folder(mode_t)
    case link(String)
    case text(String, mode_t)
    /// A file of this machine, if it has it.
    case copy(String)
    /// A program of this machine, if it has it.
    case program(String)
  }

  var path: String
  var content: Content

  init(_ path: String, _ content: Content) {
    self.path = path
    self.content = content
  }
}

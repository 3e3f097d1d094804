import Glibc

/// Starts programs with exactly the descriptors they are given, in a session of their own.
enum Child {
  /// What a program left behind.
  struct Result: Sendable {
    /// Exit code, or 128 + signal.
    var code: Int32
    var output: [UInt8]
    var errors: [UInt8]

    var errorText: String { Text.decode(errors).trimmingNewlines }
  }

  /// The environment of every program that the lab starts.
  static let environment = [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
  ]

  /// POSIX_SPAWN_SETSID of glibc 2.26 and newer, which the Glibc module does not export.
  private static let newSession: Int32 = 0x80

  private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

  /// `posix_spawn_file_actions_addclosefrom_np` of glibc 2.34 and newer, which the Glibc module does not export.
  /// Without it a child keeps what other threads opened in the moment before they marked it.
  private static let closeFrom: CloseFrom? = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
    unsafeBitCast($0, to: CloseFrom.self)
  }

  /// Nothing that the lab waits for prints more; a longer output means that the wrong program ran.
  static let maximumOutput = 4 << 20

  /// Starts `argv`; descriptor n of the child is `descriptors[n]`, everything else is closed there.
  static func spawn(_ argv: [String], descriptors: [Int32]) throws(LabError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Two rounds, so that no source is overwritten before it was copied.
    let spare = (descriptors.max() ?? 0) + Int32(descriptors.count)
    for (index, descriptor) in descriptors.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, spare + Int32(index))
    }
    for index in descriptors.indices {
      posix_spawn_file_actions_adddup2(&actions, spare + Int32(index), Int32(index))
    }
    _ = closeFrom?(&actions, Int32(descriptors.count))
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | newSession
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var pid: pid_t = 0
    let status = withCStrings(argv) { arguments in
      withCStrings(environment) { variables in
        posix_spawnp(&pid, argv[0], &actions, &attributes, arguments, variables)
      }
    }
    guard status == 0 else {
      throw LabError(.spawn, "cannot start \(argv[0])", cause: String(cString: strerror(status)))
    }
    return pid
  }

  /// Runs a program to its end, on a thread that may block.
  static func run(_ argv: [String], input: [UInt8] = []) async throws(LabError) -> Result {
    let outcome: Swift.Result<Result, LabError> = await Blocking.run {
      do throws(LabError) {
        return .success(try runBlocking(argv, input: input))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// Runs a program to its end and blocks the calling thread.
  static func runBlocking(_ argv: [String], input: [UInt8] = []) throws(LabError) -> Result {
    let inside = try Descriptor.pipe()
    let outside = try Descriptor.pipe()
    let problems = try Descriptor.pipe()
    let pid: pid_t
    do throws(LabError) {
      pid = try spawn(argv, descriptors: [inside.read, outside.write, problems.write])
    } catch {
      for end in [inside, outside, problems] { Descriptor.close(end.read, end.write) }
      throw error
    }
    Descriptor.close(inside.read, outside.write, problems.write)
    let (output, errors) = exchange(input, write: inside.write, read: (outside.read, problems.read))
    Descriptor.close(outside.read, problems.read)
    return Result(code: reap(pid), output: output, errors: errors)
  }

  /// Waits for one child and gives its exit code.
  static func reap(_ pid: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      guard errno == EINTR else { return -1 }
    }
    return exitCode(status)
  }

  static func exitCode(_ status: Int32) -> Int32 {
    status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
  }

  private static func exchange(
    _ input: [UInt8], write: Int32, read: (Int32, Int32)
  ) -> ([UInt8], [UInt8]) {
    var sent = 0
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var watched = [
      pollfd(fd: write, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: read.0, events: Int16(POLLIN), revents: 0),
      pollfd(fd: read.1, events: Int16(POLLIN), revents: 0),
    ]
    Descriptor.setNonBlocking(write)
    while watched.contains(where: { $0.fd >= 0 }) {
      if sent == input.count, watched[0].fd >= 0 {
        Descriptor.close(write)
        watched[0].fd = -1
        continue
      }
      guard poll(&watched, 3, -1) >= 0 || errno == EINTR else { break }
      if watched[0].fd >= 0, watched[0].revents != 0 {
        let count = input[sent...].withUnsafeBytes { Glibc.write(write, $0.baseAddress, $0.count) }
        if count > 0 { sent += count } else if errno != EAGAIN { sent = input.count }
      }
      if watched[1].revents != 0, !Descriptor.readMore(read.0, into: &output) { watched[1].fd = -1 }
      if watched[2].revents != 0, !Descriptor.readMore(read.1, into: &errors) { watched[2].fd = -1 }
      for index in watched.indices { watched[index].revents = 0 }
      if output.count > maximumOutput || errors.count > maximumOutput { break }
    }
    if watched[0].fd >= 0 { Descriptor.close(write) }
    return (output, errors)
  }

  private static func withCStrings<Value>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
  ) -> Value {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}

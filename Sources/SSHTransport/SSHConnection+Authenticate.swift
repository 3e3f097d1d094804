import CLibSSH2
import Glibc

extension SSHConnection {
  /// sshd hangs up after six attempts (MaxAuthTries) and newer ones fine the address: stay below.
  static let keyLimit = 5

  /// Offers the keys in order until the server takes one, and returns it.
  func authenticate(with keys: [AuthenticationKey]) async throws(SSHError) -> PublicKey {
    let host = endpoint.host
    let deadline = MonotonicTime.now + configuration.connectTimeout
    for key in keys.prefix(Self.keyLimit) {
      if try await offer(key, until: deadline) { return key.publicKey }
    }
    let tried = keys.prefix(Self.keyLimit).map(\.publicKey.summary).joined(separator: ", ")
    let left = keys.count > Self.keyLimit ? "; \(keys.count - Self.keyLimit) more keys were not tried" : ""
    throw SSHError(
      .authenticationRefused, host: host,
      "the server accepts none of our keys for \(endpoint.user)\(left)",
      expected: "a key in the host's authorized_keys", found: tried.isEmpty ? "no usable key" : tried)
  }

  /// Offers one key; false if the server does not know it.
  private func offer(_ key: AuthenticationKey, until deadline: MonotonicTime) async throws(SSHError) -> Bool {
    let request = SignatureRequest(key: key)
    let context = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 1)
    context.initialize(to: Unmanaged.passUnretained(request).toOpaque())
    defer { context.deallocate() }
    let (user, blob) = (endpoint.user, key.offeredBlob)
    do {
      while true {
        let result = try await attempt(until: deadline) { session in
          withExtendedLifetime(request) {
            Int(libssh2_userauth_publickey(session, user, blob, blob.count, SignatureRequest.callback, context))
          }
        }
        if result != nil { return true }
        if let data = request.takePending() {
          request.answer = await signature(of: data, key)
        } else {
          try await waitForTransport(until: deadline)
        }
      }
    } catch {
      return try judge(error, request)
    }
  }

  private func signature(of data: [UInt8], _ key: AuthenticationKey) async -> Result<[UInt8], SSHError> {
    guard case .agent(let path) = key.signer else {
      return .failure(SSHError(.keyUnreadable, host: endpoint.host, "the key cannot sign"))
    }
    do throws(SSHError) {
      return .success(try await SSHAgentClient(socketPath: path, loop: loop, host: endpoint.host).sign(data, with: key))
    } catch {
      return .failure(error)
    }
  }

  /// False if the key is unknown to the server; throws everything else.
  private func judge(_ interruption: Interruption, _ request: SignatureRequest) throws(SSHError) -> Bool {
    guard case .failed(let code, let cause) = interruption else {
      throw error(interruption, during: "the authentication")
    }
    if case .failure(let error) = request.answer { throw error }
    if code == LIBSSH2_ERROR_AUTHENTICATION_FAILED { return false }
    let host = endpoint.host
    if LibSSH2.meansLost(code) || isHungUp {
      guard request.wasAsked else {
        throw SSHError(.connectionLost, host: host, "the server hung up during the authentication", cause: cause)
      }
      throw SSHError(
        .notReady, host: host,
        "the server accepted the key for \(endpoint.user) and then hung up: it is starting (/run/nologin), "
          + "or the account is expired or denied", cause: cause)
    }
    if code == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED, request.wasAsked {
      throw SSHError(
        .authenticationRefused, host: host,
        "the server knows the key but does not let \(endpoint.user) in with it: it refused the signature, denies the "
          + "account, or wants a second factor", found: request.key.publicKey.summary, cause: cause)
    }
    throw error(interruption, during: "the authentication")
  }

  /// Whether the server has closed the connection; libssh2 reports that as a failed verification here.
  private var isHungUp: Bool {
    var byte: UInt8 = 0
    let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
    return count == 0 || (count < 0 && errno != EAGAIN)
  }
}

/// What passes between libssh2's signature callback and the actor. Lives on the loop.
private final class SignatureRequest {
  let key: AuthenticationKey
  /// Set by the actor once an agent has answered.
  var answer: Result<[UInt8], SSHError>?
  /// The server accepted the key and wants a signature.
  private(set) var wasAsked = false
  private var pending: [UInt8]?

  init(key: AuthenticationKey) { self.key = key }

  func takePending() -> [UInt8]? {
    defer { pending = nil }
    return pending
  }

  /// Returns the signature, nil for "ask again later", or throws.
  private func sign(_ data: UnsafeBufferPointer<UInt8>) throws -> [UInt8]? {
    wasAsked = true
    switch key.signer {
    case .local(let local): return try local.signature(for: data)
    case .agent:
      if let answer { return try answer.get() }
      pending = Array(data)
      return nil
    }
  }

  /// libssh2 calls this when it needs the signature, and again after "would block".
  static let callback:
    @convention(c) (
      OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, UnsafeMutablePointer<Int>?,
      UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Int32 = { _, signature, length, data, count, context in
      guard let signature, let length, let context = context?.pointee else { return -1 }
      let request = Unmanaged<SignatureRequest>.fromOpaque(context).takeUnretainedValue()
      do {
        guard let value = try request.sign(UnsafeBufferPointer(start: data, count: count)) else {
          return LIBSSH2_ERROR_EAGAIN
        }
        // libssh2 frees it, with free: no other allocator is ever set.
        guard let copy = malloc(value.count) else { return -1 }
        copy.copyMemory(from: value, byteCount: value.count)
        signature.pointee = copy.assumingMemoryBound(to: UInt8.self)
        length.pointee = value.count
        return 0
      } catch {
        return -1
      }
    }
}

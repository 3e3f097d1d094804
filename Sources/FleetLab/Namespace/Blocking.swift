import Foundation

/// Work that blocks a thread, kept off the threads of Swift's tasks and out of the shared pool, which grows slowly.
enum Blocking {
  static func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: work()) }
    }
  }
}

import FleetPages
import Hummingbird
import HummingbirdTLS
import NIOCore
import NIOSSL

/// Bounds of the server.
enum ServerBounds {}

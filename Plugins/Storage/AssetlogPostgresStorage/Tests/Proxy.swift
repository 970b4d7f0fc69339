#if Postgres
import AssetlogCore
import Foundation
import Synchronization

/// Stands between a client and a server, and cuts or holds their connections where a test wants it.
final class Proxy: @unchecked Sendable {
    // Sendable because all that changes is behind the condition.

    /// The two ways that bytes go.
    enum Direction: Sendable {
        /// What the client sends.
        case requests
        /// What the server answers.
        case answers
    }

    private let listener: Int32
    private let target: UInt16
    private let condition = NSCondition()
    /// Where the next cut is: after so many more bytes of a direction.
    private var cut: (direction: Direction, bytes: Int)?
    private var held: Direction?
    private var cuts = 0
    private var isClosed = false

    let port: Int

    init(to target: Int) throws {
        self.target = UInt16(clamping: target)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = Self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw StorageError(.unavailable, "the proxy can't listen") }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { self.accept() }
    }

    /// A connection string that leads through the proxy, without TLS, so that a byte of a statement is a byte here.
    func url(user: String = "postgres", password: String = "secret") -> String {
        "postgresql://\(user):\(password)@127.0.0.1:\(port)/postgres?sslmode=disable"
    }

    /// How often a connection was cut.
    var cutCount: Int { condition.withLock { cuts } }

    /// Cuts a connection, both ways, after so many more bytes of a direction went through; only once.
    func cut(after bytes: Int, of direction: Direction) {
        condition.withLock { cut = (direction, bytes) }
    }

    /// Lets no byte of a direction through, and no new connection; nobody is told.
    func hold(_ direction: Direction) {
        condition.withLock { held = direction }
    }

    /// Lets everything through, also what was held.
    func release() {
        condition.withLock {
            held = nil
            condition.broadcast()
        }
    }

    func close() {
        condition.withLock {
            isClosed = true
            held = nil
            condition.broadcast()
        }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    // MARK: Threads

    private func accept() {
        while true {
            let client = Foundation.accept(listener, nil, nil)
            guard client >= 0, !condition.withLock({ isClosed }) else { break }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = Self.address(target)
            let isConnected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            guard isConnected else {
                Foundation.close(client)
                Foundation.close(server)
                continue
            }
            let open = SharedCount(2)
            Thread.detachNewThread { self.forward(.requests, from: client, to: server, open) }
            Thread.detachNewThread { self.forward(.answers, from: server, to: client, open) }
        }
        Foundation.close(listener)
    }

    private func forward(_ direction: Direction, from source: Int32, to target: Int32, _ open: SharedCount) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            let (passed, isCut) = pass(count, direction)
            guard Self.write(buffer[..<passed], to: target), !isCut else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
        guard open.decrement() == 0 else { return }
        Foundation.close(source)
        Foundation.close(target)
    }

    /// Waits while the direction is held, and tells how many of the bytes continue and whether it ends there.
    private func pass(_ count: Int, _ direction: Direction) -> (Int, Bool) {
        condition.withLock {
            while held == direction { condition.wait() }
            guard let next = cut, next.direction == direction else { return (count, false) }
            guard count > next.bytes else {
                cut = (direction, next.bytes - count)
                return (count, false)
            }
            cut = nil
            cuts += 1
            return (next.bytes, true)
        }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to target: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}

/// How many threads still use a pair of sockets.
private final class SharedCount: Sendable {
    private let count: Mutex<Int>

    init(_ count: Int) { self.count = Mutex(count) }

    func decrement() -> Int {
        count.withLock {
            $0 -= 1
            return $0
        }
    }
}
#endif

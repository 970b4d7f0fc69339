import AssetlogCore
import Foundation
import Synchronization

/// A server on loopback that answers each request with the next of its scripts: for answers that a good server never gives.
package final class ScriptedServer: Sendable {
    /// What is done with a request.
    package enum Script: Sendable {
        /// These bytes are sent; the connection stays open.
        case answer(String)
        /// These bytes are sent, and the connection is closed.
        case last(String)
        /// Nothing is sent for so many seconds.
        case silence(Double)
    }

    /// Where it listens.
    package let port: Int
    private let descriptor: Int32
    private let received = Mutex<[String]>([])
    private let accepted = Mutex(0)

    /// Starts it.
    package init(_ scripts: [Script]) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) + listen(descriptor, 16) + getsockname(descriptor, $0, &length)
            }
        }
        guard status == 0 else { throw CocoaError(.fileReadUnknown) }
        port = Int(UInt16(bigEndian: address.sin_port))
        startThread { [self] in serve(scripts) }
    }

    /// The requests, head and body.
    package var requests: [String] { received.withLock { $0 } }
    /// How many connections there were.
    package var connections: Int { accepted.withLock { $0 } }

    private func serve(_ scripts: [Script]) {
        var scripts = scripts[...]
        while !scripts.isEmpty {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { break }
            accepted.withLock { $0 += 1 }
            while let script = scripts.first, let request = Self.read(connection) {
                scripts.removeFirst()
                received.withLock { $0.append(request) }
                switch script {
                case .answer(let text): Self.send(text, connection)
                case .last(let text):
                    Self.send(text, connection)
                    shutdown(connection, Int32(SHUT_RDWR))
                case .silence(let seconds):
                    usleep(UInt32(seconds * 1_000_000))
                    shutdown(connection, Int32(SHUT_RDWR))
                }
            }
            close(connection)
        }
        close(descriptor)
    }

    private static func send(_ text: String, _ connection: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    private static func read(_ connection: Int32) -> String? {
        var text = ""
        var piece = [UInt8](repeating: 0, count: 65536)
        while true {
            if let end = text.range(of: "\r\n\r\n", options: .literal) {
                let length = text.firstMatch(of: /(?i)content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
                if text[end.upperBound...].utf8.count >= length { return text }
            }
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            text += String(decoding: piece[..<count], as: UTF8.self)
        }
    }
}

import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A blocking TCP client that sends bytes as they are given and reads HTTP/1.1 responses: what a library would tidy up is what these tests are about.
final class RawClient: @unchecked Sendable {
    struct Response: Equatable {
        var status: Int
        var head: String
        var body: String

        /// The response but for its Date, which another second may change.
        var withoutDate: [String] {
            head.split(separator: "\r\n").map(String.init).filter { !$0.hasPrefix("Date:") } + [body]
        }

        func field(_ name: String) -> String? {
            head.split(separator: "\r\n").dropFirst().map { $0.split(separator: ":", maxSplits: 1) }
                .first { $0[0].lowercased() == name.lowercased() }
                .map { $0[1].trimmingCharacters(in: .whitespaces) }
        }
    }

    private let socket: Int32
    private var unread: [UInt8] = []

    init(port: Int, receiveBuffer: Int32? = nil) throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var timeout = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit {
        close(socket)
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends as much as the peer takes; a reset by the peer shows when reading.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    func finishSending() {
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Lets the end of this object reset the connection instead of closing it.
    func resetAtEnd() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout.size(ofValue: option)))
    }

    /// Reads one response on a thread of its own: an API that is a part of the test needs the threads of Swift's tasks to answer.
    func nextResponse() async -> Response? {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "test").async { continuation.resume(returning: self.response()) }
        }
    }

    /// Reads one response; nil when the connection ended first.
    func response(toHead isHead: Bool = false) -> Response? {
        let end = Array("\r\n\r\n".utf8)
        var headEnd: Int?
        while headEnd == nil {
            if unread.count >= 4 {
                headEnd = (0...unread.count - 4).first { unread[$0] == 13 && Array(unread[$0..<$0 + 4]) == end }
            }
            if headEnd == nil, !receive() { return nil }
        }
        guard let headEnd else { return nil }
        let head = String(decoding: unread[..<headEnd], as: UTF8.self)
        unread.removeFirst(headEnd + 4)
        let status = Int(head.split(separator: " ")[1]) ?? 0
        var response = Response(status: status, head: head, body: "")
        if isHead || status == 100 { return response }
        if response.field("transfer-encoding") == "chunked" {
            while true {
                guard let line = line(), let size = Int(line, radix: 16) else { return nil }
                while unread.count < size + 2 { guard receive() else { return nil } }
                response.body += String(decoding: unread[..<size], as: UTF8.self)
                unread.removeFirst(size + 2)
                if size == 0 { return response }
            }
        }
        let length = Int(response.field("content-length") ?? "0") ?? 0
        while unread.count < length { guard receive() else { return nil } }
        response.body = String(decoding: unread[..<length], as: UTF8.self)
        unread.removeFirst(length)
        return response
    }

    /// Whether the peer has ended the connection without sending anything more.
    func isAtEnd() -> Bool {
        unread.isEmpty && !receive()
    }

    private func line() -> String? {
        while true {
            if let end = unread.firstIndex(of: 10) {
                let line = String(decoding: unread[..<end], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
                unread.removeFirst(end + 1)
                return line
            }
            guard receive() else { return nil }
        }
    }

    private func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        unread.append(contentsOf: buffer[..<count])
        return true
    }
}

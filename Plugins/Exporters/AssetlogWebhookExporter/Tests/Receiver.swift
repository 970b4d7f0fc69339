#if Webhook
import Foundation
import Synchronization

/// A receiver of webhooks on loopback that answers each request as a test wishes, on a thread for each connection.
final class Receiver: Sendable {
    /// A request that came.
    struct Request: Sendable {
        /// The fields of the head by their names in lower case; of several with one name the last.
        var headers: [String: String]
        var body: String
        /// The connection that it came over, counted from 1.
        var connection: Int
        /// Whether it was answered with 2xx.
        var wasTaken = false

        /// The body as JSON.
        var json: Any? { try? JSONSerialization.jsonObject(with: Data(body.utf8)) }
        /// The body as a JSON object.
        var object: [String: Any] { json as? [String: Any] ?? [:] }
    }

    /// What is done with a request.
    enum Answer: Sendable {
        /// This status, with these fields and this body.
        case status(Int, [String] = [], String = "")
        /// The connection is closed without an answer.
        case close
        /// Nothing is answered until the sender goes.
        case silence
    }

    let port: Int
    private let descriptor: Int32
    private let answer: @Sendable (Request) -> Answer
    private let received = Mutex<[Request]>([])

    /// Starts it; `answer` is called before the request is listed.
    init(_ answer: @escaping @Sendable (Request) -> Answer = { _ in .status(204) }) throws {
        self.answer = answer
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) + listen(descriptor, 64) + getsockname(descriptor, $0, &length)
            }
        }
        guard status == 0 else { throw CocoaError(.fileReadUnknown) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in accept() }
    }

    /// The requests so far, in the order in which they were answered.
    var requests: [Request] { received.withLock { $0 } }

    /// Takes no more connections.
    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func accept() {
        var count = 0
        while true {
            let connection = Foundation.accept(descriptor, nil, nil)
            guard connection >= 0 else { break }
            count += 1
            let number = count
            Thread.detachNewThread { [self] in
                serve(connection, number)
                Foundation.close(connection)
            }
        }
        Foundation.close(descriptor)
    }

    private func serve(_ connection: Int32, _ number: Int) {
        var buffer: [UInt8] = []
        while var request = read(connection, &buffer, number) {
            let answer = answer(request)
            if case .status(200..<300, _, _) = answer { request.wasTaken = true }
            received.withLock { [request] in $0.append(request) }
            switch answer {
            case .status(let status, let fields, let body):
                let head = ["HTTP/1.1 \(status) Status", "Content-Length: \(body.utf8.count)"] + fields
                guard send(head.joined(separator: "\r\n") + "\r\n\r\n" + body, connection) else { return }
            case .close: return
            case .silence:
                var byte: UInt8 = 0
                _ = recv(connection, &byte, 1, 0)
                return
            }
        }
    }

    private func send(_ text: String, _ connection: Int32) -> Bool {
        let bytes = Array(text.utf8)
        return Foundation.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    private func read(_ connection: Int32, _ buffer: inout [UInt8], _ number: Int) -> Request? {
        var end: Int?
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            end = end ?? Self.headEnd(buffer)
            if let end {
                let headers = Self.headers(buffer[..<end])
                let length = headers["content-length"].flatMap { Int($0) } ?? 0
                if buffer.count >= end + length {
                    let body = String(decoding: buffer[end..<end + length], as: UTF8.self)
                    buffer.removeFirst(end + length)
                    return Request(headers: headers, body: body, connection: number)
                }
            }
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            buffer += piece[..<count]
        }
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (4...bytes.count).first { bytes[$0 - 4..<$0].elementsEqual([13, 10, 13, 10]) }
    }

    private static func headers(_ head: ArraySlice<UInt8>) -> [String: String] {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n").dropFirst()
        let pairs = lines.compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
        }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
    }
}
#endif

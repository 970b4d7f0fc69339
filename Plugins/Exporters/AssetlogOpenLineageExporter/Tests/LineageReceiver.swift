#if OpenLineage
import AssetlogTesting
import Foundation
import Synchronization

/// A backend on loopback that keeps what it takes. It serves each connection on a thread of its own.
final class LineageReceiver: Sendable {
    struct Request: Sendable {
        var line: String
        /// The fields of the head, with names in lower case.
        var headers: [String: String]
        var body: Data
    }

    struct Answer: Sendable {
        var status: Int
        var headers: [String] = []
        var body = ""
    }

    private struct State {
        var requests: [Request] = []
        var events: [Data] = []
        var answer: @Sendable (Request) -> Answer = { _ in Answer(status: 201) }
    }

    let port: Int
    private let descriptor: Int32
    private let state = Mutex(State())

    init() throws {
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
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else {
                    // Not where it is shut down: its number could be another socket's before the thread asks again.
                    _ = Foundation.close(descriptor)
                    return
                }
                Thread.detachNewThread { [self] in serve(connection) }
            }
        }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { state.withLock { $0.requests } }
    /// The events of the requests that were answered with success, in their order; those of a batch one by one.
    var events: [Data] { state.withLock { $0.events } }

    /// Decides about the answers to come. A request that is answered with success is kept.
    func answer(_ answer: @escaping @Sendable (Request) -> Answer) {
        state.withLock { $0.answer = answer }
    }

    func close() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func serve(_ connection: Int32) {
        defer { _ = Foundation.close(connection) }
        var buffer = Data()
        while let request = Self.read(connection, &buffer) {
            let answer = state.withLock { state in
                state.requests.append(request)
                let answer = state.answer(request)
                if (200..<300).contains(answer.status) { state.events += Self.events(in: request.body) }
                return answer
            }
            let head = ["HTTP/1.1 \(answer.status) Said", "Content-Length: \(answer.body.utf8.count)"] + answer.headers
            Self.send(Data((head.joined(separator: "\r\n") + "\r\n\r\n" + answer.body).utf8), connection)
        }
    }

    private static func events(in body: Data) -> [Data] {
        guard let list = try? JSONSerialization.jsonObject(with: body) as? [Any] else { return [body] }
        return list.compactMap { try? JSONSerialization.data(withJSONObject: $0) }
    }

    private static func send(_ data: Data, _ connection: Int32) {
        var bytes = Array(data)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    private static func read(_ connection: Int32, _ buffer: inout Data) -> Request? {
        var piece = [UInt8](repeating: 0, count: 65536)
        while true {
            if let end = buffer.firstRange(of: Data("\r\n\r\n".utf8)) {
                let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                let headers = Dictionary(
                    lines.dropFirst().compactMap { line -> (String, String)? in
                        guard let colon = line.firstIndex(of: ":") else { return nil }
                        return (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
                    }, uniquingKeysWith: { first, _ in first })
                let length = headers["content-length"].flatMap { Int($0) } ?? 0
                if buffer.count - end.upperBound >= length {
                    let body = Data(buffer[end.upperBound..<end.upperBound + length])
                    buffer = Data(buffer[(end.upperBound + length)...])
                    return Request(line: lines[0], headers: headers, body: body)
                }
            }
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            buffer = Data(buffer) + piece[..<count]
        }
    }
}
#endif

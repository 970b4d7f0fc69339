#if Dagster
import AssetlogCore
import Foundation
import Synchronization

/// A small HTTP server on loopback that keeps what it is sent and answers as it is told.
///
/// Its state is behind a `Mutex`; each connection has a thread.
final class Receiver: Sendable {
    /// A request as it came.
    struct Request: Sendable {
        var method = ""
        var target = ""
        /// The fields of the head as they came, but for those that libcurl adds.
        var headers: [String] = []
        var body: [UInt8] = []

        /// The text of a field; the name is given in lower case.
        func header(_ name: String) -> String? {
            headers.first { $0.lowercased().hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        }

        /// The event's ID in the metadata of a report.
        var event: String? {
            guard let start = String(decoding: body, as: UTF8.self).firstRange(of: #""assetlog/event_id":""#) else { return nil }
            return String(String(decoding: body, as: UTF8.self)[start.upperBound...].prefix(36))
        }
    }

    /// What is answered.
    struct Answer: Sendable {
        var status = 200
        var body = "{}"
        var headers: [String] = []
        /// Nothing is sent, and the connection is closed.
        static let none = Answer(status: 0)
    }

    let port: Int
    private let descriptor: Int32
    private let state: Mutex<(requests: [Request], answer: @Sendable (Request) -> Answer)>

    init(_ answer: @escaping @Sendable (Request) -> Answer = { _ in Answer() }) throws {
        state = Mutex(([], answer))
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

    var url: String { "http://127.0.0.1:\(port)" }
    /// The requests that were answered.
    var requests: [Request] { state.withLock { $0.requests } }
    /// The reports that were answered with success, by the IDs of their events.
    var events: [String] { requests.compactMap(\.event) }

    /// Answers otherwise from now on.
    func answer(_ answer: @escaping @Sendable (Request) -> Answer) {
        state.withLock { $0.answer = answer }
    }

    func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func accept() {
        while true {
            let connection = Foundation.accept(descriptor, nil, nil)
            guard connection >= 0 else { break }
            Thread.detachNewThread { [self] in serve(connection) }
        }
        Foundation.close(descriptor)
    }

    private func serve(_ connection: Int32) {
        defer { Foundation.close(connection) }
        while let request = Self.read(connection) {
            let answer = state.withLock { $0.answer }(request)
            guard answer.status > 0 else { return }
            if answer.status == 200 || answer.status == 204 { state.withLock { $0.requests.append(request) } }
            let head = ["HTTP/1.1 \(answer.status) Status", "Content-Length: \(answer.body.utf8.count)"] + answer.headers
            guard Self.send((head + ["", answer.body]).joined(separator: "\r\n"), connection) else { return }
        }
    }

    private static func send(_ text: String, _ connection: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        var request: Request?
        var end = Int.max
        while bytes.count < end {
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            bytes += piece[..<count]
            if request == nil, let head = head(of: bytes) { (request, end) = head }
        }
        let length = request?.body.count ?? 0
        request?.body = Array(bytes[(end - length)...])
        return request
    }

    // The request without its body, which is a hole of the right length, and where it ends.
    private static func head(of bytes: [UInt8]) -> (Request, Int)? {
        let text = String(decoding: bytes.prefix(1 << 16), as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n", options: .literal) else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3 else { return nil }
        var request = Request(method: String(words[0]), target: String(words[1]))
        let added = ["host", "accept", "content-length", "user-agent"]
        request.headers = lines.dropFirst().filter { line in !added.contains { line.lowercased().hasPrefix($0 + ":") } }
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }?.split(separator: " ").last.flatMap { Int($0) } ?? 0
        request.body = Array(repeating: 0, count: length)
        return (request, text[..<end.upperBound].utf8.count + length)
    }
}
#endif

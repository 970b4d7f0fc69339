import AssetlogAccess
import AssetlogTLS

/// Asks a server for its health, once.
struct HealthProbe {
    /// What a server said.
    enum Outcome {
        case status(Int)
        /// It wants a certificate before it says anything.
        case certificateNeeded
    }

    let target: HealthTarget
    let timeout: Duration
    /// The addresses whose connections must begin with a PROXY header; this machine may have one of them.
    var proxies: [AddressBlock] = []

    /// Asks; it blocks.
    ///
    /// - Throws: ``CommandFailure``.
    func ask() throws -> Outcome {
        let socket = try ProbeSocket(target.address, name: target.description, timeout: timeout)
        if let address = socket.localAddress.flatMap({ ClientAddress($0) }), proxies.contains(where: { $0.contains(address) }) {
            // There is no client whom it could name.
            try socket.send(Array("PROXY UNKNOWN\r\n".utf8))
        }
        let request = Array(
            "GET \(target.path) HTTP/1.1\r\nHost: \(target.address)\r\nUser-Agent: assetlog-health\r\nConnection: close\r\n\r\n".utf8)
        guard target.isSecure else { return try status(of: socket.ask(request, until: Self.hasStatusLine)) }
        let outcome: TLSProbe.Outcome
        do {
            outcome = try TLSProbe.ask(request, on: socket.descriptor, until: Self.hasStatusLine) { need in
                try socket.wait(forReading: need == .reading)
            }
        } catch let error as TLSError {
            throw CommandFailure(.failure, "\(target) can't be asked: \(error)")
        }
        switch outcome {
        case .answer(let bytes): return try status(of: bytes)
        case .certificateNeeded: return .certificateNeeded
        }
    }

    private static func hasStatusLine(_ answer: [UInt8]) -> Bool {
        answer.contains(UInt8(ascii: "\n")) || answer.count > 16 << 10
    }

    /// `HTTP/1.1 200 OK`
    private func status(of answer: [UInt8]) throws -> Outcome {
        let line = String(decoding: answer.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let words = line.split(separator: " ")
        guard line.hasPrefix("HTTP/1."), words.count >= 2, let status = Int(words[1]) else {
            throw CommandFailure(
                .failure, "\(target) did not answer with HTTP; does another program, or one that speaks TLS, listen there?")
        }
        return .status(status)
    }
}

#if Delivery
internal import CCurl

/// Collects an answer as libcurl hands it over.
final class AnswerReceiver {
    private(set) var answer = OutboundAnswer(status: 0)
    private var headerBytes = 0
    private let limit: Int
    private let stream: OutboundStream?
    private let cancellation: Cancellation
    /// Whether the transfer was ended because no more of the body is wanted.
    private(set) var hasEnough = false

    init(limit: Int, stream: OutboundStream?, cancellation: Cancellation) {
        self.limit = limit
        self.stream = stream
        self.cancellation = cancellation
    }

    var isCancelled: Bool { cancellation.isCancelled }

    /// Takes a line of a head, with its end.
    func field(_ line: UnsafeRawBufferPointer) {
        let text = String(decoding: line, as: UTF8.self)
        // An interim answer had a head of its own.
        if text.hasPrefix("HTTP/") {
            headerBytes = 0
            let status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0.prefix(3)) }
            return answer = OutboundAnswer(status: status ?? 0)
        }
        guard let colon = text.firstIndex(of: ":") else { return }
        let value = String(text[text.index(after: colon)...].drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        headerBytes += line.count
        guard answer.headers.count < OutboundAnswer.maximumHeaders.count, headerBytes <= OutboundAnswer.maximumHeaders.bytes
        else { return }
        answer.headers.append(OutboundAnswer.Header(text[..<colon].lowercased(), value))
    }

    /// Takes a piece of the body; false when that is enough.
    func body(_ piece: UnsafeRawBufferPointer) -> Bool {
        if let stream, (200..<300).contains(answer.status) {
            hasEnough = !stream.receive(piece)
            return !hasEnough
        }
        let room = limit - answer.body.count
        answer.body.append(contentsOf: piece.prefix(room))
        answer.isBodyCut = piece.count > room
        hasEnough = answer.isBodyCut
        return !hasEnough
    }
}

// libcurl's calls come back on the thread of the handle, with the receiver of the request.

func receiveField(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int {
    guard let context else { return 0 }
    let receiver = Unmanaged<AnswerReceiver>.fromOpaque(context).takeUnretainedValue()
    receiver.field(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
}

func receiveBody(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int {
    guard let context else { return 0 }
    let receiver = Unmanaged<AnswerReceiver>.fromOpaque(context).takeUnretainedValue()
    let goesOn = receiver.body(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return goesOn ? size * count : 0
}

func reportProgress(
    _ context: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> Int32 {
    guard let context else { return 0 }
    return Unmanaged<AnswerReceiver>.fromOpaque(context).takeUnretainedValue().isCancelled ? 1 : 0
}
#endif

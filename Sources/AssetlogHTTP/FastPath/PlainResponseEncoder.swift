import AssetlogCore
import NIOCore

/// Writes the fast path's answers as HTTP/1.1, without a header collection.
struct PlainResponseEncoder {
    private let recordedStart = Array(
        "HTTP/1.1 200 OK\r\nServer: assetlog\r\nContent-Type: application/json\r\nContent-Length: 2\r\nAssetlog-Event-Id: ".utf8)
    private let bodyAfterFields = Array("\r\n\r\n{}".utf8)
    private let closing = Array("\r\nConnection: close".utf8)
    private var dateField: [UInt8]
    /// The answer that was written last; its memory is used again as soon as the channel has let go of it.
    private var buffer = ByteBuffer()

    init(at time: Timestamp) {
        dateField = Self.dateField(time)
    }

    /// Sets the time of the Date field.
    mutating func setDate(_ time: Timestamp) {
        dateField = Self.dateField(time)
    }

    /// The answer to a report that is durable.
    mutating func recorded(_ id: EventID, _ fields: [(name: String, value: String)], closes: Bool) -> ByteBuffer {
        buffer.clear(minimumCapacity: 256)
        buffer.writeBytes(recordedStart)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: EventID.textLength) { bytes in
            id.write(to: bytes)
            return EventID.textLength
        }
        for field in fields { buffer.writeString("\r\n\(field.name): \(field.value)") }
        buffer.writeBytes(dateField)
        if closes { buffer.writeBytes(closing) }
        buffer.writeBytes(bodyAfterFields)
        return buffer
    }

    /// Any other answer.
    func encode(_ answer: ReportAnswer, closes: Bool) -> ByteBuffer {
        let body = answer.body
        var buffer = ByteBuffer()
        buffer.writeString("HTTP/1.1 \(answer.status) \(reasonPhrase(answer.status))\r\nServer: assetlog\r\n")
        buffer.writeString("Content-Type: application/json\r\nContent-Length: \(body.count)")
        if let id = answer.eventID { buffer.writeString("\r\nAssetlog-Event-Id: \(id)") }
        if let value = AnswerField.value(status: answer.status) { buffer.writeString("\r\n\(AnswerField.name): \(value)") }
        for field in answer.fields { buffer.writeString("\r\n\(field.name): \(field.value)") }
        buffer.writeBytes(dateField)
        if closes { buffer.writeBytes(closing) }
        buffer.writeString("\r\n\r\n")
        buffer.writeBytes(body)
        return buffer
    }

    private static func dateField(_ time: Timestamp) -> [UInt8] {
        Array("\r\nDate: \(HTTPDate.text(of: time))".utf8)
    }
}

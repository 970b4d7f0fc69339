import AssetlogCore
import NIOCore

/// Writes a page of the log as JSON, and lets go of each event when it is written: at no time is there more than the page
/// and its JSON, or one event twice and the rest once.
struct PageWriter: ~Copyable {
    /// About the bytes of the JSON; it takes more where characters are escaped.
    let byteCount: Int
    /// In reverse order, so that the next one is the last.
    private var events: [MarkedEvent]

    init(_ page: consuming MarkedPage) {
        events = page.events
        byteCount = events.reduce(1024) { $0 + $1.byteCount + 512 }
        events.reverse()
    }

    /// Writes the page.
    ///
    /// - Parameter next: What the client sends as `after` to get the next page.
    consuming func write(next: Int64) -> ByteBuffer {
        var json: [UInt8] = []
        var body = ByteBuffer()
        body.reserveCapacity(byteCount)
        body.writeStaticString("{\"events\":[")
        while !events.isEmpty {
            // Not kept beyond the call: it may be as large as a body.
            let event = events.removeLast()
            EventJSON.append(event.event, voiding: event.voiding, to: &json)
            if !events.isEmpty { json.append(UInt8(ascii: ",")) }
            body.writeBytes(json)
            json.removeAll(keepingCapacity: true)
        }
        body.writeString("],\"next\":\(next)}")
        return body
    }
}

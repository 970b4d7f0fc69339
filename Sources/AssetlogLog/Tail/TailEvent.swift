package import AssetlogCore
import Synchronization

/// An event as all who watch share it. Its JSON is rendered once, when the first of them needs it. State lives in a `Mutex`.
package final class TailEvent: Sendable {
    /// The event.
    package let logged: LoggedEvent
    private let rendered = Mutex<[UInt8]?>(nil)

    /// Takes over an event.
    package init(_ logged: LoggedEvent) {
        self.logged = logged
    }

    /// Its number in the log.
    package var sequence: Int64 { logged.sequence }

    /// About what it takes of the memory, with its JSON, in bytes.
    package var byteCount: Int { 2 * logged.event.byteCount + 1024 }

    /// The object that `GET /api/v1/events` shows, without a line end in it.
    package var json: [UInt8] {
        rendered.withLock { rendered in
            if let rendered { return rendered }
            var bytes: [UInt8] = []
            EventJSON.append(logged, to: &bytes)
            rendered = bytes
            return bytes
        }
    }
}

import AssetlogCore

/// The lines of a stream of server-sent events, as the HTML standard defines them (section 9.2).
package enum ServerSentEvent {
    /// How long a client waits before it connects again.
    package static let retry = Duration.seconds(2)

    /// What stands before the data of an event of the log. What follows it is ``end``.
    static func head(id: Int64) -> [UInt8] { Array("id: \(id)\nevent: event\ndata: ".utf8) }

    /// The end of every block.
    static let end: [UInt8] = Array("\n\n".utf8)

    /// Where a stream begins: a client that loses it before the first event goes on from there.
    static func opening(id: Int64) -> [UInt8] { Array("retry: \(milliseconds)\nid: \(id)\n\n".utf8) }

    /// Shows that the stream is alive.
    ///
    /// - Parameter id: The sequence that the stream has come to, where no event said so: a block without data is no event to a
    ///   client, but the client goes on from its `id`. Nil: the client knows it.
    static func heartbeat(id: Int64?) -> [UInt8] {
        Array((id.map { ": heartbeat\nid: \($0)\n\n" } ?? ": heartbeat\n\n").utf8)
    }

    /// The last block of a stream: why it ends, and after which sequence the next one is to begin.
    static func final(_ ending: StreamEnding, after position: Int64) -> [UInt8] {
        var data = JSONObject()
        data.append("reason", ending.reason)
        data.append("after", position)
        data.append("detail", ending.detail)
        return Array("retry: \(milliseconds)\nid: \(position)\nevent: end\ndata: ".utf8) + data.finished() + end
    }

    private static var milliseconds: Int { Int(retry / .milliseconds(1)) }
}

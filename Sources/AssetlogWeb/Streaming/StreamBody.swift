import AssetlogCore
import AssetlogObservation
import HTTPTypes
package import HummingbirdCore
import NIOCore

/// What a stream shows, asked by its one task.
package protocol StreamSource: Sendable {
    /// The sequence up to which everything was asked for.
    var position: Int64 { get }
    /// Whether what follows is gone, because the client reads too slowly.
    var isDropped: Bool { get }

    /// The next events, of which there may be none for the moment; nil: there is no more, until the bell of the stream rings.
    func next() async throws -> [StreamEvent]?

    /// Stops. A second call does nothing.
    func leave()
}

/// Writes a stream as the body of an answer, until one of both sides ends it. Confined to the task of its answer.
package struct StreamBody: Sendable {
    private let source: any StreamSource
    private let stream: OpenStream
    private let registry: StreamRegistry
    private let flow: AnswerFlow
    private let memory: AnswerMemory

    /// Makes the body of an answer.
    ///
    /// - Parameters:
    ///   - source: What is shown.
    ///   - stream: The open stream, which is closed at the end.
    ///   - registry: Where it is open.
    ///   - context: The request's.
    package init(_ source: any StreamSource, _ stream: OpenStream, in registry: StreamRegistry, _ context: RouteContext) {
        (self.source, self.stream, self.registry) = (source, stream, registry)
        (flow, memory) = (context.flow, context.memory)
    }

    /// The answer.
    package var response: Response {
        Response(status: .ok, headers: Self.headers, body: ResponseBody { writer in try await write(to: &writer) })
    }

    /// The answer to `HEAD`.
    package static var head: Response {
        Response(status: .ok, headers: headers, body: ResponseBody { writer in try await writer.finish(nil) })
    }

    // A proxy must not collect what people wait for.
    private static let headers: HTTPFields = {
        var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        headers[.xAccelBuffering] = "no"
        return headers
    }()

    private func write(to writer: inout any ResponseBodyWriter) async throws {
        var state = StreamState(after: source.position, heartbeat: registry.heartbeat, now: registry.now())
        flow.whenClosed(stream.bell.ring)
        var ending = StreamEnding.left
        defer {
            flow.whenClosed(nil)
            source.leave()
            stream.close(ending)
            // What the socket has not taken is held on as that of an answer.
            memory.takeAnyway(flow.unsentBytes)
        }
        while true {
            try Task.checkCancellation()
            if let reason = reasonToEnd {
                ending = reason
                state.end(reason)
            }
            switch state.next(unsent: flow.unsentBytes, now: registry.now()) {
            case .write(let bytes):
                try await writer.write(ByteBuffer(bytes: bytes))
                hold(state)
            case .waitForRoom:
                if !flow.whenUnsent(atMost: StreamState.room, stream.bell.ring) { await stream.bell.wait() }
            case .read: await read(&state)
            case .finish(let bytes):
                try await writer.write(ByteBuffer(bytes: bytes))
                return try await writer.finish(nil)
            case .cut: throw StreamCutOff()
            }
        }
    }

    private var reasonToEnd: StreamEnding? {
        if flow.isClosed { return .left }
        return stream.ending ?? (source.isDropped ? .slow : nil)
    }

    private func read(_ state: inout StreamState) async {
        do {
            guard let events = try await source.next() else {
                stream.setDeadline(state.deadline)
                return await stream.bell.wait()
            }
            state.add(events, upTo: source.position)
            registry.metrics.sentEvents.add(events.count)
            hold(state)
        } catch is CancellationError {
        } catch {
            stream.end(.failed(RequestError(answering: error).detail))
        }
    }

    /// Counts what waits and what the socket has not taken.
    private func hold(_ state: StreamState) {
        let bytes = state.waitingBytes + flow.unsentBytes
        if !stream.memory.change(to: max(bytes, OpenStream.reservedBytes)) { stream.end(.memory) }
    }
}

/// An answer ends within an event, so that its connection must end as well.
struct StreamCutOff: Error {}

import Testing

@testable import AssetlogWeb

@Suite("What a stream writes next")
struct StreamStateTests {
    private static let large = [UInt8](repeating: UInt8(ascii: "x"), count: 150_000)

    /// A stream after the sequence 40, whose opening block is written.
    private static func opened() -> StreamState {
        var state = StreamState(after: 40, heartbeat: .seconds(15), now: .zero)
        #expect(text(state.next(unsent: 0, now: .zero)) == "retry: 2000\nid: 40\n\n")
        return state
    }

    private static func event(_ id: Int64, _ json: String = "{}") -> StreamEvent { StreamEvent(id: id, json: Array(json.utf8)) }

    /// What is written; nil: something else is done.
    private static func text(_ action: StreamState.Action) -> String? {
        switch action {
        case .write(let bytes), .finish(let bytes): String(decoding: bytes, as: UTF8.self)
        default: nil
        }
    }

    @Test("is at first where it begins, so that a client that loses it at once goes on from there; then it asks for events")
    func opening() {
        var state = Self.opened()
        #expect(state.next(unsent: 0, now: .zero) == .read)
        // Asked again, and there is nothing.
        #expect(state.next(unsent: 0, now: .seconds(14)) == .read)
    }

    @Test("is the events in blocks of the standard, small ones together")
    func events() {
        var state = Self.opened()
        state.add([Self.event(41, #"{"a":1}"#), Self.event(43)], upTo: 43)
        #expect(
            Self.text(state.next(unsent: 0, now: .zero))
                == "id: 41\nevent: event\ndata: {\"a\":1}\n\nid: 43\nevent: event\ndata: {}\n\n")
        #expect(state.next(unsent: 0, now: .zero) == .read)
    }

    @Test("is nothing while the socket has not taken enough, and the rest later")
    func room() {
        var state = Self.opened()
        state.add([Self.event(41)], upTo: 41)
        #expect(state.next(unsent: StreamState.room + 1, now: .zero) == .waitForRoom)
        #expect(state.next(unsent: StreamState.room + 1, now: .seconds(60)) == .waitForRoom)
        #expect(Self.text(state.next(unsent: StreamState.room, now: .seconds(60)))?.hasPrefix("id: 41\n") == true)
    }

    @Test("is a large event in slices")
    func slices() {
        var state = Self.opened()
        state.add([Self.event(41), StreamEvent(id: 42, json: Self.large), Self.event(43)], upTo: 43)
        #expect(state.waitingBytes > Self.large.count)
        var text = ""
        while let slice = Self.text(state.next(unsent: 0, now: .zero)) {
            #expect(slice.utf8.count <= StreamState.sliceBytes)
            text += slice
        }
        let json = String(decoding: Self.large, as: UTF8.self)
        let blocks = ["{}", json, "{}"].enumerated().map { "id: \(41 + $0)\nevent: event\ndata: \($1)\n\n" }
        #expect(text == blocks.joined())
        #expect(state.waitingBytes == 0)
    }

    @Test("is a heartbeat when nothing was written for its time, with the sequence where events have passed by")
    func heartbeats() {
        var state = Self.opened()
        #expect(state.deadline == .seconds(15))
        #expect(Self.text(state.next(unsent: 0, now: .seconds(15))) == ": heartbeat\n\n")
        #expect(state.next(unsent: 0, now: .seconds(29)) == .read)
        state.add([], upTo: 99)
        #expect(Self.text(state.next(unsent: 0, now: .seconds(30))) == ": heartbeat\nid: 99\n\n")
        // It is known now.
        #expect(Self.text(state.next(unsent: 0, now: .seconds(45))) == ": heartbeat\n\n")
        state.add([Self.event(100)], upTo: 100)
        #expect(Self.text(state.next(unsent: 0, now: .seconds(50)))?.hasPrefix("id: 100\n") == true)
        #expect(state.deadline == .seconds(65))
    }

    @Test(
        "is at the end why it ends, and the sequence up to which its client has everything",
        arguments: [
            (StreamEnding.slow, "slow"), (.stopping, "stopping"), (.token, "token"), (.memory, "memory"), (.failed("No."), "failed"),
        ])
    func endings(_ ending: StreamEnding, _ reason: String) throws {
        var state = Self.opened()
        state.add([Self.event(41)], upTo: 45)
        _ = state.next(unsent: 0, now: .zero)
        // However much is unsent.
        state.end(ending)
        let text = try #require(Self.text(state.next(unsent: 1 << 20, now: .zero)))
        #expect(text.hasPrefix("retry: 2000\nid: 45\nevent: end\ndata: {\"reason\":\"\(reason)\",\"after\":45,\"detail\":\""))
        #expect(text.hasSuffix("\"}\n\n"))
        // The first reason counts.
        state.end(.left)
        #expect(Self.text(state.next(unsent: 0, now: .zero)) == text)
    }

    @Test("is not what was read but not written: the client goes on before it")
    func unwritten() throws {
        var state = Self.opened()
        state.add([Self.event(41)], upTo: 45)
        state.end(.slow)
        #expect(try #require(Self.text(state.next(unsent: 0, now: .zero))).contains("\"after\":40,"))
    }

    @Test("is nothing within an event, or for a client that has left: the answer is cut off")
    func cutting() {
        var state = Self.opened()
        state.add([StreamEvent(id: 41, json: Self.large)], upTo: 41)
        _ = state.next(unsent: 0, now: .zero)
        state.end(.stopping)
        #expect(state.next(unsent: 0, now: .zero) == .cut)
        var other = Self.opened()
        other.end(.left)
        #expect(other.next(unsent: 0, now: .zero) == .cut)
    }
}

import AssetlogCore
import AssetlogTesting
import Testing

@testable import AssetlogLog

@Suite("The newest events, as those who watch share them")
struct TailWindowTests {
    private static func events(_ sequences: ClosedRange<Int64>, details: Int = 0) -> [TailEvent] {
        sequences.map { sequence in
            let text = #"{"description":"\#(String(repeating: "x", count: details))"}"#
            return TailEvent(
                LoggedEvent(
                    sequence: sequence,
                    event: Event(
                        id: EventID(high: 1, low: UInt64(sequence)), kind: .observation, assetKey: AssetKey(["a"]),
                        timestamp: .now(), receivedAt: .now(), details: Array(text.utf8))))
        }
    }

    private static func window(events: Int = 10, bytes: Int = 1 << 20) -> TailWindow {
        var limits = Tail.Limits()
        (limits.events, limits.bytes) = (events, bytes)
        return TailWindow(after: 100, limits: limits)
    }

    @Test("hold what came after their start, and give what follows a sequence")
    func taking() {
        var window = Self.window()
        window.append(Self.events(101...103), end: 103)
        // Sequences have holes: the next event is 106, and the log was looked at up to 107.
        window.append(Self.events(106...106), end: 107)
        #expect(window.bounds == .init(start: 100, end: 107))
        #expect(window.events(after: 100, atMost: 99).map(\.sequence) == [101, 102, 103, 106])
        #expect(window.events(after: 102, atMost: 1).map(\.sequence) == [103])
        #expect(window.events(after: 103, atMost: 99).map(\.sequence) == [106])
        #expect(window.events(after: 107, atMost: 99).isEmpty)
    }

    @Test("are bounded in number; the oldest go first, and the start says so")
    func events() {
        var window = Self.window(events: 10)
        for first in stride(from: Int64(101), through: 149, by: 4) { window.append(Self.events(first...first + 3), end: first + 3) }
        #expect(window.bounds == .init(start: 142, end: 152))
        #expect(window.events(after: 0, atMost: 99).count == 10)
    }

    @Test("are bounded in bytes, except for a page that is larger by itself")
    func bytes() {
        var window = Self.window(events: 1000, bytes: 64 << 10)
        window.append(Self.events(101...110, details: 4000), end: 110)
        #expect(window.byteCount > 64 << 10)
        #expect(window.events(after: 0, atMost: 99).count == 10)
        window.append(Self.events(111...111), end: 111)
        #expect(window.byteCount <= 64 << 10)
        #expect(window.events(after: 0, atMost: 99).last?.sequence == 111)
        #expect(window.byteCount == window.events(after: 0, atMost: 99).reduce(0) { $0 + $1.byteCount })
    }
}

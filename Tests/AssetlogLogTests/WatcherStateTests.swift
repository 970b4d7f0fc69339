import Testing

@testable import AssetlogLog

@Suite("A watcher of the log")
struct WatcherStateTests {
    private static func bounds(_ start: Int64, _ end: Int64) -> TailWindow.Bounds { TailWindow.Bounds(start: start, end: end) }

    @Test(
        "reads pages of its own until it has reached the window, takes from it, and waits at its end",
        arguments: [
            (0, bounds(5, 9), .readPage(after: 0)), (4, bounds(5, 9), .readPage(after: 4)), (5, bounds(5, 9), .take(after: 5)),
            (8, bounds(5, 9), .take(after: 8)), (9, bounds(5, 9), .wait), (9, bounds(9, 9), .wait),
            // Another server has committed what this one does not see yet.
            (12, bounds(5, 9), .wait),
        ] as [(Int64, TailWindow.Bounds, WatcherState.Action)])
    func next(_ position: Int64, _ bounds: TailWindow.Bounds, _ action: WatcherState.Action) {
        var state = WatcherState(after: position)
        #expect(state.next(in: bounds) == action)
    }

    @Test("is dropped only when the window moves past it after it took from the window")
    func dropping() {
        var state = WatcherState(after: 2)
        // Behind, but not too slow: it has not followed yet, however far the window moves.
        #expect(state.next(in: Self.bounds(5, 9)) == .readPage(after: 2))
        #expect(state.next(in: Self.bounds(50, 90)) == .readPage(after: 2))
        #expect(!state.isDropped(by: Self.bounds(50, 90)))
        state.pageRead(continuation: 60, in: Self.bounds(50, 90))
        #expect(state.next(in: Self.bounds(50, 90)) == .take(after: 60))
        #expect(!state.isDropped(by: Self.bounds(60, 99)))
        #expect(state.isDropped(by: Self.bounds(61, 99)))
        #expect(state.next(in: Self.bounds(61, 99)) == .drop)
        #expect(state.position == 60)
    }

    @Test("goes on at the window when no event that passes its filter stands before it")
    func nothingBefore() {
        var state = WatcherState(after: 2)
        #expect(state.next(in: Self.bounds(5, 9)) == .readPage(after: 2))
        // The window has moved while the page was read: what it was before is all that the page says.
        state.pageRead(continuation: nil, in: Self.bounds(5, 9))
        #expect(state.position == 5)
        #expect(state.next(in: Self.bounds(7, 12)) == .readPage(after: 5))
    }

    @Test("never goes back")
    func order() {
        var state = WatcherState(after: 20)
        state.pageRead(continuation: 7, in: Self.bounds(5, 9))
        state.looked(upTo: 3)
        #expect(state.position == 20)
    }
}

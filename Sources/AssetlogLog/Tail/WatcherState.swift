/// Where one watcher is in the log, and how it gets what follows. It knows no log and no clock.
///
/// A watcher that starts at an older sequence reads pages of its own until it has reached the window, and takes from the window
/// from then on. Because a window begins where it says, whatever was in the log before, nothing is skipped and nothing comes twice.
struct WatcherState {
    /// What the watcher does next.
    enum Action: Hashable {
        /// It reads a page after a sequence, and says ``WatcherState/pageRead(continuation:in:)``.
        case readPage(after: Int64)
        /// It takes events after a sequence from the window, and says ``WatcherState/looked(upTo:)``.
        case take(after: Int64)
        /// It has seen everything.
        case wait
        /// The window has moved past it.
        case drop
    }

    /// The last sequence that was looked at, whether the event passes the filter or not.
    private(set) var position: Int64
    /// Whether it takes from the window, so that it is too slow when that moves past it.
    private(set) var isFollowing = false

    /// Makes a watcher of what comes after a sequence.
    init(after position: Int64) {
        self.position = position
    }

    /// Decides what to do while the window has these bounds.
    mutating func next(in bounds: TailWindow.Bounds) -> Action {
        guard position >= bounds.start else { return isFollowing ? .drop : .readPage(after: position) }
        isFollowing = true
        return position < bounds.end ? .take(after: position) : .wait
    }

    /// Whether the window has moved past it.
    func isDropped(by bounds: TailWindow.Bounds) -> Bool { isFollowing && position < bounds.start }

    /// A page was read.
    ///
    /// - Parameters:
    ///   - continuation: The last sequence that was looked at; nil: nothing follows.
    ///   - bounds: Those of the window before the read. Where nothing follows, there is nothing before the window either.
    mutating func pageRead(continuation: Int64?, in bounds: TailWindow.Bounds) {
        looked(upTo: continuation ?? bounds.start)
    }

    /// Events up to a sequence were looked at.
    mutating func looked(upTo sequence: Int64) {
        position = max(position, sequence)
    }
}

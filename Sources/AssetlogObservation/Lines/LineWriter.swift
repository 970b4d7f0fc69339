import AssetlogCore
public import Logging

/// Writes lines to a file on a thread of its own, and never lets a caller wait.
///
/// What waits for the disk is bounded; beyond that lines are dropped, and a later line of the same file says how many.
/// The state lives under one lock; the file belongs to the thread.
public final class LineWriter: Sendable {
    private struct Round {
        var dropped = 0
        var mustReopen = false
        var waiters: [OneShot<Void>] = []

        var isEmpty: Bool { dropped == 0 && !mustReopen && waiters.isEmpty }
    }

    private struct State {
        var pending: [UInt8] = []
        var writingBytes = 0
        /// What the next turn of the thread has to do in addition to the lines.
        var next = Round()
        var isClosing = false
        var hasEnded = false

        var hasWork: Bool { !pending.isEmpty || !next.isEmpty }
    }

    private let path: String
    private let format: LogFormat
    private let name: String
    private let capacity: Int
    private let logger: Logger
    private let state = Monitor(State())

    /// The lines that were lost since the start.
    public let dropped = Counter()

    /// Opens a file and starts the thread, which ends with ``close(within:)``.
    ///
    /// - Parameters:
    ///   - path: The file; also `/dev/stdout` and `/dev/stderr`.
    ///   - format: The form of its lines.
    ///   - name: What writes the lines that tell of dropped ones: `assetlog.access`.
    ///   - capacity: The most bytes that wait.
    ///   - logger: Logs a failing disk.
    /// - Throws: ``LogFileError``.
    public init(
        path: String, format: LogFormat, name: String, capacity: Int = 4 << 20, logger: Logger
    ) throws(LogFileError) {
        self.path = path
        self.format = format
        self.name = name
        self.capacity = capacity
        self.logger = logger
        let descriptor = try LineFile.open(path)
        startThread { self.work(descriptor) }
    }

    /// Takes lines, each with its end, and returns at once.
    package func write(_ lines: [UInt8]) {
        state.withLock { state in
            if !state.isClosing, state.pending.count + state.writingBytes + lines.count <= capacity {
                state.pending.append(contentsOf: lines)
            } else {
                state.next.dropped += 1
                dropped.add()
            }
        }
        state.signal()
    }

    /// Opens the path again, for those who rename the file and then want a new one. Lines that came before go to the
    /// old file.
    public func reopen() {
        state.withLock { $0.next.mustReopen = true }
        state.signal()
    }

    /// Returns when everything that was written before is in the file, or after the given time.
    public func flush(within longest: Duration = .seconds(5)) async {
        let written = OneShot<Void>()
        if enqueue(written, andClose: false) { await written.value(within: longest, otherwise: ()) }
    }

    /// Writes what waits, ends the thread and closes the file; returns after that, or after the given time: who reads
    /// a pipe may have stopped reading. A second call does nothing.
    public func close(within longest: Duration = .seconds(5)) async {
        let written = OneShot<Void>()
        if enqueue(written, andClose: true) { await written.value(within: longest, otherwise: ()) }
    }

    private func enqueue(_ written: OneShot<Void>, andClose close: Bool) -> Bool {
        state.withLock { state in
            guard !state.hasEnded else { return false }
            if close { state.isClosing = true }
            state.next.waiters.append(written)
            self.state.signal()
            return true
        }
    }

    // MARK: The thread

    private func work(_ descriptor: Int32) {
        var file = LineFile(path, descriptor: descriptor)
        var lines: [UInt8] = []
        var isFailing = false
        // The lost lines that no line of the file tells of yet: what can't be written can't hold that line either.
        var untold = 0
        while let round = takeRound(&lines) {
            let (lost, error) = file.write(lines)
            dropped.add(lost)
            untold += lost + round.dropped
            tell(error, &isFailing)
            if untold > 0, error == nil, file.write(summary(of: untold)).error == nil { untold = 0 }
            if round.mustReopen { reopen(&file) }
            for waiter in round.waiters { waiter.set(()) }
            // A rare burst must not keep its memory forever.
            if lines.capacity > 256 << 10 { lines = [] } else { lines.removeAll(keepingCapacity: true) }
        }
    }

    private func takeRound(_ lines: inout [UInt8]) -> Round? {
        state.withLock { $0.writingBytes = 0 }
        return state.wait(while: { !$0.hasWork && !$0.isClosing }) { state in
            guard state.hasWork else {
                state.hasEnded = true
                return nil
            }
            swap(&state.pending, &lines)
            state.writingBytes = lines.count
            defer { state.next = Round() }
            return state.next
        }
    }

    private func summary(of count: Int) -> [UInt8] {
        var line = LineBuilder(format, logger: name, at: .now())
        line.add("dropped_lines", count)
        return line.finished()
    }

    private func reopen(_ file: inout LineFile) {
        do {
            try file.reopen()
        } catch {
            logger.error(
                "A log file can't be reopened; still writing to the old one.", metadata: ["error": "\(error)"])
        }
    }

    // Once when it starts and once when it ends: the disk may be the one that these messages go to.
    private func tell(_ error: LogFileError?, _ isFailing: inout Bool) {
        switch (error, isFailing) {
        case (let error?, false):
            logger.error("A log file can't be written; its lines are lost until it can.", metadata: ["error": "\(error)"])
        case (nil, true): logger.notice("A log file can be written again.", metadata: ["path": "\(path)"])
        default: return
        }
        isFailing.toggle()
    }
}

import AssetlogCore
public import Logging

/// Writes lines to a file on a thread of its own, and never lets a caller wait.
///
/// What waits for the disk is bounded; beyond that lines are dropped, and a later line of the same file says how many.
/// The state lives under one lock; the file belongs to the thread.
public final class LineWriter: @unchecked Sendable {
    // Sendable: everything mutable is read and written under `monitor`.

    private struct Round {
        var dropped = 0
        var mustReopen = false
        var waiters: [BoundedWait] = []

        var isEmpty: Bool { dropped == 0 && !mustReopen && waiters.isEmpty }
    }

    private let path: String
    private let format: LogFormat
    private let name: String
    private let capacity: Int
    private let logger: Logger
    private let monitor = Monitor()
    private var pending: [UInt8] = []
    private var writingBytes = 0
    // What the next turn of the thread has to do in addition to the lines.
    private var next = Round()
    private var isAsleep = false
    private var isClosing = false
    private var hasEnded = false

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
        monitor.lock()
        defer { monitor.unlock() }
        guard !isClosing, pending.count + writingBytes + lines.count <= capacity else {
            next.dropped += 1
            dropped.add()
            wake()
            return
        }
        pending.append(contentsOf: lines)
        wake()
    }

    /// Opens the path again, for those who rename the file and then want a new one. Lines that came before go to the
    /// old file.
    public func reopen() {
        monitor.lock()
        defer { monitor.unlock() }
        next.mustReopen = true
        wake()
    }

    /// Returns when everything that was written before is in the file, or after the given time.
    public func flush(within longest: Duration = .seconds(5)) async {
        let wait = BoundedWait()
        if enqueue(wait, andClose: false) { await wait.wait(atMost: longest) }
    }

    /// Writes what waits, ends the thread and closes the file; returns after that, or after the given time: who reads
    /// a pipe may have stopped reading. A second call does nothing.
    public func close(within longest: Duration = .seconds(5)) async {
        let wait = BoundedWait()
        if enqueue(wait, andClose: true) { await wait.wait(atMost: longest) }
    }

    private func enqueue(_ wait: BoundedWait, andClose close: Bool) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        guard !hasEnded else { return false }
        if close { isClosing = true }
        next.waiters.append(wait)
        wake()
        return true
    }

    private func wake() {
        if isAsleep { monitor.signal() }
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
            for waiter in round.waiters { waiter.end() }
            // A rare burst must not keep its memory forever.
            if lines.capacity > 256 << 10 { lines = [] } else { lines.removeAll(keepingCapacity: true) }
        }
    }

    private func takeRound(_ lines: inout [UInt8]) -> Round? {
        monitor.lock()
        defer { monitor.unlock() }
        writingBytes = 0
        while pending.isEmpty, next.isEmpty {
            if isClosing {
                hasEnded = true
                return nil
            }
            isAsleep = true
            monitor.wait()
            isAsleep = false
        }
        swap(&pending, &lines)
        writingBytes = lines.count
        defer { next = Round() }
        return next
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

#if JSONLines
import AssetlogCore
import Logging

/// The active file: appends lines so that after any crash no line is missing, duplicated or torn.
///
/// Lines are made durable before they count. Opening removes what a crash left and finds the position again. Whatever
/// fails in between is removed before the next line is written.
final class LineFile {
    private let fileSystem: FileSystem
    private let settings: JSONLinesSettings
    private let paths: FilePaths
    private let stateFile: StateFile
    private let logger: Logger
    private var lock: OpenFile
    private var state: DeliveryState
    /// The active file; nil: none was begun since the last rotation.
    private var file: OpenFile?
    /// How many bytes of the active file are lines that count.
    private var length = 0
    /// The sequence of the last line that counts, in the log and generation of the state.
    private var position: Int64 = 0
    /// The event of this line; nil: not known.
    private var lastEvent: EventID?
    /// Whether a failure may have left bytes behind `length`, or a file that is not the one that is open.
    private var isSuspect = false
    private var hasCheckedIdentity = false

    /// How many bytes are collected before they are written.
    private static let bufferSize = 1 << 20

    /// Opens the file and heals what a crash left.
    ///
    /// - Throws: `ExportError` when the directory or the files can't be used, or another exporter uses them.
    init(_ settings: JSONLinesSettings, logger: Logger, fileSystem: FileSystem = FileSystem()) throws {
        self.settings = settings
        self.logger = logger
        self.fileSystem = fileSystem
        paths = FilePaths(active: settings.path)
        stateFile = StateFile(fileSystem: fileSystem, paths: paths)
        try fileSystem.createDirectory(paths.directory)
        lock = try fileSystem.open(paths.lock, create: true)
        // A process that was killed a moment ago may not be quite gone.
        guard try fileSystem.lock(lock, attempts: 50) else {
            throw ExportError(
                "\(paths.active) is being written by another exporter or server. Give each its own path.",
                isRetriable: false)
        }
        try Archive(paths: paths, fileSystem: fileSystem, settings: settings).clean()
        let found = try stateFile.read()
        state = found ?? DeliveryState()
        try recover(isFirstUse: found == nil)
    }

    /// The path of the file itself, where the configured one is a symbolic link. What belongs to the file stands next to it.
    static func path(behind path: String, _ fileSystem: FileSystem) throws -> String {
        let target = try fileSystem.target(of: path)
        guard target != path else { return path }
        // Releases that did not follow links kept the state next to the link.
        let old = StateFile(fileSystem: fileSystem, paths: FilePaths(active: path))
        let new = StateFile(fileSystem: fileSystem, paths: FilePaths(active: target))
        if try fileSystem.facts(new.paths.state) == nil, let state = try old.read() {
            try fileSystem.createDirectory(new.paths.directory)
            try new.write(state)
            try fileSystem.remove(old.paths.state)
        }
        return target
    }

    /// The last event that the file has for certain; nil: none of this log and generation.
    var delivered: DeliveredPosition? {
        guard let generation = state.generation, position > 0 else { return nil }
        return DeliveredPosition(log: state.log, generation: generation, sequence: position, event: lastEvent)
    }

    /// Appends the events that are not in the file yet and returns when they are durable.
    ///
    /// - Returns: Whether files were rotated.
    func append(_ batch: ExportBatch) throws -> Bool {
        let numberBefore = state.number
        do {
            try prepare()
            try enter(batch.log, batch.generation)
            try rotateIfOld()
            try checkIdentity(of: batch.events)
            try write(batch.events.drop { $0.sequence <= position })
        } catch {
            isSuspect = true
            throw error
        }
        return state.number != numberBefore
    }

    /// Rotates the file when its first line is too old.
    ///
    /// - Returns: Whether it was rotated.
    func rotateByAge() throws -> Bool {
        let numberBefore = state.number
        do {
            try prepare()
            try rotateIfOld()
        } catch {
            isSuspect = true
            throw error
        }
        return state.number != numberBefore
    }

    // MARK: Recovery

    private func recover(isFirstUse: Bool) throws {
        guard let facts = try fileSystem.facts(paths.active) else { return try begin(isFirstUse: isFirstUse) }
        guard facts.isRegular else {
            throw ExportError("\(paths.active) is not a regular file. Choose another path.", isRetriable: false)
        }
        guard !isFirstUse || facts.size == 0 else {
            throw ExportError(
                "\(paths.active) exists, but \(paths.state), which belongs to it, does not. Restore that file, or"
                    + " move \(paths.active) away; the exporter does not append to a file that it did not start.",
                isRetriable: false)
        }
        // Shorter than the offset at which the generation began: a new file took its place in a rotation that was cut short.
        if isFirstUse || facts.size < state.offset { try begin(isFirstUse: isFirstUse) }
        try adopt(facts)
    }

    // No active file, or an empty one, holds lines of this generation: the state says how far it came.
    private func begin(isFirstUse: Bool) throws {
        (position, lastEvent) = (state.position, state.event)
        length = 0
        guard isFirstUse || state.offset != 0 || state.started != 0 else { return }
        state.offset = 0
        state.started = 0
        try stateFile.write(state)
    }

    private func adopt(_ facts: FileStatus) throws {
        let file = try fileSystem.open(paths.active, create: false)
        let tail = try LineTail.examine(file, from: state.offset, size: facts.size, in: fileSystem)
        if tail.length < facts.size {
            logger.notice(
                "Removed an incomplete line that a crash had left.",
                metadata: ["path": "\(paths.active)", "bytes": "\(facts.size - tail.length)"])
            try fileSystem.truncate(file, to: tail.length)
        }
        // The position is about to rest on these lines, and nobody may have made them durable.
        try fileSystem.sync(file)
        self.file = file
        length = tail.length
        let isInFile = tail.sequence.map { $0 >= state.position } ?? false
        (position, lastEvent) = isInFile ? (tail.sequence ?? 0, tail.event) : (state.position, state.event)
    }

    // MARK: Before a delivery

    private func prepare() throws {
        if isSuspect { try heal() }
        try keepLock()
        // Without it the file would be refused at the next start.
        if state.generation != nil, try fileSystem.facts(paths.state) == nil { try saveState() }
        guard let file else { return }
        // Somebody may have moved the file away, as a log rotation does: lines in it would be seen by nobody.
        let facts = try fileSystem.facts(paths.active)
        let open = try fileSystem.facts(file)
        guard facts.map({ $0.isSameFile(as: open) }) != true else { return }
        logger.notice("The file was moved away; starting a new one.", metadata: ["path": "\(paths.active)"])
        try replaceFile(by: facts)
    }

    // Somebody may have removed the lock, and another exporter may have made and locked a new one.
    private func keepLock() throws {
        let open = try fileSystem.facts(lock)
        if let facts = try fileSystem.facts(paths.lock), facts.isSameFile(as: open) { return }
        let new = try fileSystem.open(paths.lock, create: true)
        // A program that is being started may hold it for a moment.
        guard try fileSystem.lock(new, attempts: 10) else {
            throw ExportError(
                "\(paths.lock) was removed, and another exporter or server has it now. Stop one of the two; the delivery is tried"
                    + " again.")
        }
        lock = new
    }

    // After a failed write or sync nothing is known about the bytes behind `length`, so they are written again.
    private func heal() throws {
        guard let open = file else {
            // It failed while a file was begun or rotated.
            try replaceFile(by: try fileSystem.facts(paths.active))
            isSuspect = false
            return
        }
        if try fileSystem.facts(open).size != length {
            try fileSystem.truncate(open, to: length)
            try fileSystem.sync(open)
        }
        isSuspect = false
    }

    private func replaceFile(by facts: FileStatus?) throws {
        file = nil
        state.offset = 0
        state.started = 0
        length = 0
        guard let facts, facts.size > 0 else { return try saveState() }
        throw ExportError(
            "\(paths.active) was replaced by a file that the exporter did not start. Move it away; the delivery will be retried.")
    }

    // Sequences are those of one log and one generation. In any other the same numbers are other deliveries, and begin here.
    private func enter(_ log: LogID, _ generation: Int64) throws {
        let isSameLog = log == state.log || state.log == nil
        var next = state
        next.log = log
        next.generation = generation
        if isSameLog, generation == state.generation {
            // What an older release has delivered was compared with the log before it came here.
            guard state.log == nil else { return }
        } else {
            if !isSameLog {
                logger.warning(
                    "The events belong to another log; writing all of them, after those of the previous log.",
                    metadata: ["path": "\(paths.active)", "log": "\(log)"])
            }
            (next.position, next.event) = (0, nil)
            next.offset = length
            (position, lastEvent) = (0, nil)
        }
        try stateFile.write(next)
        state = next
    }

    /// Writes the state as it is, with the position.
    private func saveState() throws {
        (state.position, state.event) = (position, lastEvent)
        try stateFile.write(state)
    }

    // Sequences that the file has already are passed over. Where they are other events, passing over them would lose them. The
    // log was compared with the file before, so this finds what should not be: the first time after opening, the file is asked.
    private func checkIdentity(of events: [LoggedEvent]) throws {
        guard !hasCheckedIdentity, let event = events.first, event.sequence <= position, let file else { return }
        hasCheckedIdentity = true
        let start = #"{"sequence":\#(event.sequence),"event_id":""#
        guard let found = try LineTail.text(after: start, in: file, from: state.offset, fileSystem: fileSystem),
            found != event.id.description
        else { return }
        throw ExportError(
            "\(paths.active) has a different event with sequence \(event.sequence) of this log: one of the two was changed."
                + " Move it and \(paths.state) away, or choose another path.", isRetriable: false)
    }

    // MARK: Writing

    private func write(_ events: some Sequence<LoggedEvent>) throws {
        var buffer: [UInt8] = []
        var last = (position, lastEvent)
        var unsynced = 0
        for event in events {
            let line = Self.line(of: event)
            let size = length + unsynced + buffer.count
            if size > 0, size + line.count > settings.rotateBytes {
                try flush(&buffer, unsynced: &unsynced, last: last)
                try rotate()
            }
            buffer.append(contentsOf: line)
            last = (event.sequence, event.id)
            if buffer.count >= Self.bufferSize {
                try put(buffer)
                unsynced += buffer.count
                buffer.removeAll(keepingCapacity: true)
            }
        }
        try flush(&buffer, unsynced: &unsynced, last: last)
    }

    private static func line(of event: LoggedEvent) -> [UInt8] {
        var line: [UInt8] = []
        EventJSON.append(event, to: &line)
        // Canonical JSON has no line feed; an event that a damaged storage gives must not become two lines.
        for index in line.indices where line[index] == UInt8(ascii: "\n") { line[index] = UInt8(ascii: " ") }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private func put(_ bytes: [UInt8]) throws {
        try fileSystem.write(bytes, to: try openFile())
    }

    private func flush(_ buffer: inout [UInt8], unsynced: inout Int, last: (Int64, EventID?)) throws {
        if !buffer.isEmpty {
            try put(buffer)
            unsynced += buffer.count
            buffer.removeAll(keepingCapacity: true)
        }
        guard unsynced > 0, let file else { return }
        try fileSystem.sync(file)
        length += unsynced
        unsynced = 0
        (position, lastEvent) = last
    }

    private func openFile() throws -> OpenFile {
        if let file { return file }
        state.started = Timestamp.now().microseconds / 1_000_000
        try stateFile.write(state)
        let new = try fileSystem.open(paths.active, create: true)
        try fileSystem.syncDirectory(paths.directory)
        file = new
        return new
    }

    // MARK: Rotation

    private func rotateIfOld() throws {
        guard let age = settings.rotateAfter, length > 0, state.started > 0 else { return }
        let now = Timestamp.now().microseconds / 1_000_000
        if now - state.started >= age.components.seconds { try rotate() }
    }

    // Each step leaves files from which `recover` finds the position:
    // 1. the state remembers it, for the time when no line of this generation is in the active file;
    // 2. the file gets its number; from here on the offset in the state is greater than any active file;
    // 3. the state says that the next file begins at 0.
    private func rotate() throws {
        try chooseNumber()
        try saveState()
        try fileSystem.rename(paths.active, to: paths.rotated(state.number))
        file = nil
        length = 0
        try fileSystem.syncDirectory(paths.directory)
        state.number += 1
        state.offset = 0
        state.started = 0
        try stateFile.write(state)
    }

    // Never a number that a file has: a rename replaces its target.
    private func chooseNumber() throws {
        let highest = try Archive(paths: paths, fileSystem: fileSystem, settings: settings).rotated().last?.number ?? 0
        state.number = max(state.number, highest + 1)
    }
}
#endif

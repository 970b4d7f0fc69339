#if JSONLines
import AssetlogCore

/// What the exporter has to know next to the lines themselves; kept in a small file that is replaced as a whole.
///
/// The lines are the truth about the position: it is that of the last one. The state says to which log and generation that line
/// belongs, and holds the position while no line of them is in the active file.
struct DeliveryState: Equatable {
    /// The log that is being delivered; nil before the first delivery, and where an older release made it.
    var log: LogID?
    /// The generation that is being delivered; nil before the first delivery.
    var generation: Int64?
    /// A sequence of this log and generation that was delivered for certain; 0: none.
    var position: Int64 = 0
    /// The event of this sequence; nil: not known.
    var event: EventID?
    /// Where in the active file the lines of this generation begin.
    var offset = 0
    /// The number that the active file gets when it is rotated.
    var number = 1
    /// When the first line of the active file was written, in seconds since 1970; 0: it has none.
    var started: Int64 = 0

    init() {}

    /// The text of the file; the last line shows that it is whole.
    var text: String {
        """
        assetlog jsonlines state 2
        log \(log?.description ?? "none")
        generation \(generation.map(String.init) ?? "none")
        position \(position)
        event \(event?.description ?? "none")
        offset \(offset)
        number \(number)
        started \(started)
        end

        """
    }

    /// Reads the text of the file; nil: it is damaged, or of a newer release.
    init?(text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        // The first format knows neither the log nor the event.
        let isOld = lines.first == "assetlog jsonlines state 1"
        guard isOld || lines.first == "assetlog jsonlines state 2", lines.count == (isOld ? 8 : 10) else { return nil }
        lines = lines.dropFirst()
        func value<Value>(_ name: String, _ read: (String) -> Value?) -> Value? {
            guard let line = lines.popFirst(), line.hasPrefix("\(name) ") else { return nil }
            return read(String(line.dropFirst(name.count + 1)))
        }
        /// A value that may be none, which is not the same as one that can't be read.
        func optional<Value>(_ name: String, _ read: (String) -> Value?) -> Value?? {
            value(name) { text in text == "none" ? .some(nil) : read(text).map { .some($0) } }
        }
        guard let log = isOld ? .some(nil) : optional("log", { LogID($0) }),
            let generation = optional("generation", { Int64($0) }), let position = value("position", { Int64($0) }),
            let event = isOld ? .some(nil) : optional("event", { EventID($0) }),
            let offset = value("offset", { Int($0) }), let number = value("number", { Int($0) }),
            let started = value("started", { Int64($0) }), offset >= 0, number >= 1, lines.elementsEqual(["end", ""])
        else { return nil }
        (self.log, self.generation, self.position, self.event) = (log, generation, position, event)
        (self.offset, self.number, self.started) = (offset, number, started)
    }
}

/// Keeps the state: a new file, made durable, takes the place of the old one.
struct StateFile {
    let fileSystem: FileSystem
    let paths: FilePaths

    func read() throws -> DeliveryState? {
        guard let facts = try fileSystem.facts(paths.state) else { return nil }
        let file = try fileSystem.open(paths.state, create: false)
        let bytes = try fileSystem.read(file, at: 0, count: min(facts.size, 4096))
        guard let state = DeliveryState(text: String(decoding: bytes, as: UTF8.self)) else {
            throw ExportError(
                "\(paths.state) can't be read: it is damaged, or a newer release wrote it. Move it and"
                    + " \(paths.active) away; the exporter then starts a new file.", isRetriable: false)
        }
        return state
    }

    func write(_ state: DeliveryState) throws {
        try fileSystem.remove(paths.newState)
        let file = try fileSystem.open(paths.newState, create: true)
        try fileSystem.write(state.text.utf8, to: file)
        try fileSystem.sync(file)
        try fileSystem.rename(paths.newState, to: paths.state)
        try fileSystem.syncDirectory(paths.directory)
    }
}
#endif

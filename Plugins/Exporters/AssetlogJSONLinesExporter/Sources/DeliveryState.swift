#if JSONLines
import AssetlogCore

/// What the exporter has to know beside the lines themselves; kept in a small file that is replaced as a whole.
///
/// The lines are the truth about the position: it is the sequence of the last one. The state says to which generation
/// that line belongs, and holds the position while no line of that generation is in the active file.
struct DeliveryState: Equatable {
    /// The generation that is being delivered; nil before the first delivery.
    var generation: Int64?
    /// A sequence of this generation that was delivered for certain; 0: none.
    var position: Int64 = 0
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
        assetlog jsonlines state 1
        generation \(generation.map(String.init) ?? "none")
        position \(position)
        offset \(offset)
        number \(number)
        started \(started)
        end

        """
    }

    /// Reads the text of the file; nil: it is damaged, or of a newer release.
    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 8, lines[0] == "assetlog jsonlines state 1", lines[6] == "end", lines[7].isEmpty else {
            return nil
        }
        func value(_ index: Int, _ name: String) -> Substring? {
            lines[index].hasPrefix("\(name) ") ? lines[index].dropFirst(name.count + 1) : nil
        }
        guard let generation = value(1, "generation"), let position = value(2, "position").flatMap({ Int64($0) }),
            let offset = value(3, "offset").flatMap({ Int($0) }), let number = value(4, "number").flatMap({ Int($0) }),
            let started = value(5, "started").flatMap({ Int64($0) }), offset >= 0, number >= 1
        else { return nil }
        self.generation = Int64(generation)
        guard self.generation != nil || generation == "none" else { return nil }
        self.position = position
        self.offset = offset
        self.number = number
        self.started = started
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
        try fileSystem.syncFolder(paths.folder)
    }
}
#endif

#if JSONLines
import AssetlogCore

/// The rotated files of an exporter: compresses them, deletes the oldest, and clears up after a crash.
struct Archive: Sendable {
    let paths: FilePaths
    let fileSystem: FileSystem
    let settings: JSONLinesSettings

    struct File: Equatable {
        var number: Int
        var isCompressed: Bool
    }

    /// The rotated files, oldest first; while one is being replaced by its compressed form, both.
    func rotated() throws -> [File] {
        try fileSystem.entries(of: paths.directory)
            .compactMap { paths.number(ofRotated: $0).map { File(number: $0.number, isCompressed: $0.isCompressed) } }
            .sorted { ($0.number, $0.isCompressed ? 0 : 1) < ($1.number, $1.isCompressed ? 0 : 1) }
    }

    /// Removes what a crash left: unfinished files, and files whose compressed form is complete.
    func clean() throws {
        for entry in try fileSystem.entries(of: paths.directory) where paths.isLeftover(entry) {
            try fileSystem.remove(paths.inDirectory(entry))
        }
        let files = try rotated()
        for file in files where !file.isCompressed && files.contains(File(number: file.number, isCompressed: true)) {
            try fileSystem.remove(paths.rotated(file.number))
        }
    }

    /// Compresses what is not compressed and deletes what is too old.
    ///
    /// - Parameter isCancelled: Asked often; true ends the work soon, and what is unfinished is started again next time.
    func tidy(isCancelled: () -> Bool) throws {
        try removeOldest()
        guard settings.compress else { return }
        for file in try rotated() where !file.isCompressed {
            guard !isCancelled() else { return }
            try compress(file.number, isCancelled: isCancelled)
        }
    }

    private func removeOldest() throws {
        guard let keep = settings.keepFiles else { return }
        let files = try rotated()
        let numbers = Set(files.map(\.number)).sorted()
        for number in numbers.dropLast(keep) {
            try fileSystem.remove(paths.rotated(number))
            try fileSystem.remove(paths.compressed(number))
        }
    }

    // The compressed file is complete and durable before it gets its name, and only then the other one goes. In
    // between a reader sees both; they hold the same lines.
    private func compress(_ number: Int, isCancelled: () -> Bool) throws {
        let temporary = paths.compressing(number)
        try fileSystem.remove(temporary)
        let source = try fileSystem.open(paths.rotated(number), create: false)
        let target = try fileSystem.open(temporary, create: true)
        let compression = try Compression()
        var offset = 0
        while true {
            guard !isCancelled() else { return try fileSystem.remove(temporary) }
            let bytes = try fileSystem.read(source, at: offset, count: 256 << 10)
            offset += bytes.count
            let packed = try bytes.isEmpty ? compression.finish() : compression.compress(bytes)
            if !packed.isEmpty { try fileSystem.write(packed, to: target) }
            if bytes.isEmpty { break }
        }
        try fileSystem.sync(target)
        try fileSystem.rename(temporary, to: paths.compressed(number))
        try fileSystem.syncDirectory(paths.directory)
        try fileSystem.remove(paths.rotated(number))
    }
}
#endif

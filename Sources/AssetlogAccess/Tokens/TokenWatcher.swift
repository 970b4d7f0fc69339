public import AssetlogCore
public import Logging
import Synchronization

/// Keeps a registry of tokens as its sources are: whatever changes in one is in force within a second.
///
/// Until every source was read once there are no tokens at all, because one of them may say that a token was revoked.
/// A source that fails keeps the tokens that it showed last, is said once to fail, and is looked at again. Sources wait
/// for each other in nothing, and requests for none of them. State lives in a `Mutex`.
public final class TokenWatcher: Sendable {
    /// What a source has shown.
    private struct Shelf {
        var records: [TokenRecord] = []
        var version: [Int64]?
        var failure: String?
        var isForced = false
    }

    private let sources: [any TokenSource]
    private let registry: TokenRegistry
    private let logger: Logger
    private let onChange: @Sendable (TokenChange) -> Void
    private let shelves: Mutex<[Shelf]>
    private let wakes: [(stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)]

    /// Makes a watcher.
    ///
    /// - Parameters:
    ///   - sources: Where tokens come from. Of two tokens with one ID that of the first source counts; but where any
    ///     source has it revoked, it is worth nothing.
    ///   - registry: What is kept; the watcher alone writes to it.
    ///   - logger: For sources that fail.
    ///   - onChange: Hears of every change after ``load()``.
    public init(
        _ sources: [any TokenSource], registry: TokenRegistry, logger: Logger,
        onChange: @escaping @Sendable (TokenChange) -> Void = { _ in }
    ) {
        self.sources = sources
        self.registry = registry
        self.logger = logger
        self.onChange = onChange
        shelves = Mutex(sources.map { _ in Shelf() })
        wakes = sources.map { _ in AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }
    }

    /// Reads every source; to be called once, before any request.
    ///
    /// A source that can't be reached now (``StorageError`` with the code `unavailable`) is read by ``run()`` later.
    /// - Returns: The tokens that are valid now; nil: a source could not be reached.
    /// - Throws: What the first source throws that can't be read.
    @discardableResult
    public func load(at now: Timestamp = .now()) async throws -> [TokenRecord]? {
        for (index, source) in sources.enumerated() {
            do {
                let version = try await source.version()
                let records = try await source.tokens()
                shelves.withLock { $0[index] = Shelf(records: records, version: version) }
            } catch let error as StorageError where error.code == .unavailable {
                fail("\(error)", index)
            }
        }
        return shelves.withLock { publish($0) }?.filter { $0.isValid(at: now) }
    }

    /// Looks at the sources until it is cancelled; to be called once.
    public func run() async {
        await withTaskGroup { group in
            for (index, source) in sources.enumerated() {
                group.addTask { for await _ in self.wakes[index].stream { await self.look(at: index) } }
                guard let pause = source.pause else { continue }
                group.addTask {
                    while !Task.isCancelled {
                        try? await Task.sleep(for: pause)
                        self.wakes[index].continuation.yield()
                    }
                }
            }
        }
    }

    /// Lets ``run()`` read every source now, whether it seems changed or not; returns at once.
    public func refresh() {
        shelves.withLock { shelves in
            for index in shelves.indices { shelves[index].isForced = true }
        }
        for wake in wakes { wake.continuation.yield() }
    }

    private func look(at index: Int) async {
        let source = sources[index]
        let known = shelves.withLock { shelves in
            defer { shelves[index].isForced = false }
            return shelves[index]
        }
        do {
            // The version first: a change in between is then seen by the next look.
            let version = try await source.version()
            guard known.isForced || known.failure != nil || known.version != version else { return }
            accept(try await source.tokens(), version, index)
        } catch {
            guard !Task.isCancelled else { return }
            fail("\(error)", index)
        }
    }

    private func accept(_ records: [TokenRecord], _ version: [Int64], _ index: Int) {
        let name = sources[index].name
        let (old, isFirst, failure) = shelves.withLock { shelves in
            let shelf = shelves[index]
            shelves[index].records = records
            shelves[index].version = version
            shelves[index].failure = nil
            if shelf.version == nil || records != shelf.records { publish(shelves) }
            return (shelf.records, shelf.version == nil, shelf.failure)
        }
        if failure != nil { logger.notice("The tokens can be read again.", metadata: ["token.source": "\(name)"]) }
        guard !isFirst else { return }
        for change in TokenChange.between(old, records, source: name) { onChange(change) }
    }

    private func fail(_ sentence: String, _ index: Int) {
        let (isNew, wasRead) = shelves.withLock { shelves in
            defer { shelves[index].failure = sentence }
            return (shelves[index].failure != sentence, shelves[index].version != nil)
        }
        guard isNew else { return }
        let metadata: Logger.Metadata = ["token.source": "\(sources[index].name)", "error": "\(sentence)"]
        if wasRead {
            logger.error("The tokens can't be read; the previous ones stay valid.", metadata: metadata)
        } else {
            logger.error("The tokens can't be read yet; requests that send one are answered 503 until they can.", metadata: metadata)
        }
    }

    /// Replaces the registry's tokens, unless a source was never read; under the lock, so that the newest come last.
    @discardableResult
    private func publish(_ shelves: [Shelf]) -> [TokenRecord]? {
        guard shelves.allSatisfy({ $0.version != nil }) else { return nil }
        let all = shelves.flatMap(\.records)
        let revoked = Set(all.filter { $0.revokedAt != nil }.map(\.id))
        var seen = revoked
        let merged = all.filter { seen.insert($0.id).inserted }
        registry.replace(with: merged)
        return merged
    }
}

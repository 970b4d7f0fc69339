#if SQLite
import AssetlogSQLite
import Testing

@testable import AssetlogSQLiteStorage

/// What connections keep is memory that no budget counts, so that its sum is a promise of Docs/Limits.md.
@Suite("The memory that SQLite keeps for pages")
struct PageCacheTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private static func bound(_ connection: Connection) throws -> Int {
        // Negative: in KiB, and not in pages.
        let size = try #require(try connection.integer("PRAGMA cache_size"))
        try #require(size < 0)
        return Int(-size) << 10
    }

    @Test("is at most 112 MiB, all connections of a server together")
    func sum() throws {
        let file = LogFile(directory: directory.path)
        let writer = try file.openWriter()
        let readers = try file.openReaders()
        let log = LogIdentity(readers, try LogExtent(writer, file: file.path))
        let index = try EventIndex.open(directory: directory.path, log: log).index
        let lookup = try index.openLookup()
        let bounds = try [
            Self.bound(writer), PageCache.readers * readers.read(Self.bound), index.database.writer.access(Self.bound),
            PageCache.readers * index.database.read(Self.bound), Self.bound(lookup),
        ]
        #expect(bounds.reduce(0, +) <= 112 << 20)
        for connection in [writer, lookup] { connection.close() }
        readers.close()
        index.database.close()
    }
}
#endif

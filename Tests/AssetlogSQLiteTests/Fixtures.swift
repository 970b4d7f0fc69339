#if SQLite
import AssetlogSQLite
import Foundation
import Testing

/// A directory of a test; it is removed when the last reference goes.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "assetlog-sqlite-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in it, which need not exist.
    func file(_ name: String = "test.sqlite") -> String { "\(path)/\(name)" }
}

/// A statement that runs for hours unless it is interrupted, and gives no row before its end.
let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

/// Fails unless `body` throws an error of SQLite with a code.
func expectError(
    _ code: SQLiteError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    let error = #expect(throws: SQLiteError.self, sourceLocation: sourceLocation) { try body() }
    #expect(error?.code.primary == code, "\(error?.description ?? "")", sourceLocation: sourceLocation)
}

/// Waits until a condition holds, for three minutes at most.
func eventually(sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(180)
    while ContinuousClock.now < end {
        if condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("the condition did not come true within three minutes", sourceLocation: sourceLocation)
}
#endif

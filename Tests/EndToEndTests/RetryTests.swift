import Foundation
import Testing

/// The long test of retries, made small: `Scripts/test long` sends 10,000 events and kills the server ten times.
@Suite("Events that are sent again through broken connections")
struct RetryTests {
    @Test("are in the log once each, as they were sent, though the server was killed on the way")
    func retries() throws {
        let script = ServerProcess.root.appending(path: "Tests/Long/retries").path
        let result = try run("python3", [script, "120", "2"], environment: ["ASSETLOG": ServerProcess.binary.path])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }
}

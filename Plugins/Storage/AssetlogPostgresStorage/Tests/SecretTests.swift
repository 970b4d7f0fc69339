#if Postgres
import AssetlogCore
import AssetlogPostgresStorage
import Foundation
import Logging
import Synchronization
import Testing

/// Everything that was logged, as text.
private final class Journal: Sendable {
    private let lines = Mutex<[String]>([])

    var logger: Logger { Logger(label: "test", factory: { _ in Handler(journal: self) }) }
    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    private struct Handler: LogHandler {
        let journal: Journal
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            journal.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}

@Suite("A password of PostgreSQL", .needsCluster, .fewAtOnce)
struct SecretTests {
    private let cluster: Cluster
    private let schema: String

    init() throws {
        cluster = try Cluster.shared.get()
        schema = cluster.freshSchema()
    }

    @Test("that is wrong is reported and not shown", arguments: ["url", "password", "password_file"])
    func wrong(key: String) async throws {
        let secret = "Tr0ub4dor-\(UUID().uuidString.prefix(6))"
        let file = NSTemporaryDirectory() + "password-\(schema)"
        try "\(secret)\nanother line\n".write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        var values = ["url": cluster.url(password: key == "url" ? secret : ""), "timeout": "5s"]
        if key == "password" { values["password"] = secret }
        if key == "password_file" { values["password_file"] = file }
        let journal = Journal()
        let storage = try await open(schema, on: cluster, values, logger: journal.logger)
        let error = await #expect(throws: StorageError.self) { try await storage.add(events(0..<1)) }
        let reading = await #expect(throws: StorageError.self) { try await storage.log() }
        var dumped = ""
        dump(storage, to: &dumped)
        dump(error, to: &dumped)
        #expect(error?.message.contains("password authentication failed") == true, "\(error?.message ?? "")")
        #expect(journal.text.contains("password authentication failed"))
        for text in [error?.message ?? "", reading?.message ?? "", journal.text, storage.health().problem ?? "", "\(storage)", dumped] {
            #expect(!text.contains(secret))
        }
        await storage.close()
    }

    @Test(
        "in a connection string that can't be read is not quoted",
        arguments: [
            "postgresql://role:s3cr%ZZet@127.0.0.1/db", "postgresql://role:s3cr@s3cret@127.0.0.1/db", "postgresql://role:s3cr/s3cret@h/db",
            "postgresql://role:5/s3cret@h/db", "host=h password=s3cr s3cret", "host=h password='s3cret",
            "postgresql://role:s3cret@h/db?sslmod=require", "postgresql://role:s3cret@h:54x/db", "jdbc:postgresql://role:s3cret@h/db",
            "mysql://role:s3cret@h/db", "postgresql+://role:s3cret@h/db", "postgresql+a+b://role:s3cret@h/db", "role:s3cret@h/db",
            "postgresql+asyncpg://role:s3cret@h/db?ssl=nonsense&x=1",
        ])
    func unreadable(url: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try setup(["url": url]) }
        #expect(error?.key == "storage.postgres.url")
        var text = "\(error.map { "\($0)" } ?? "")"
        dump(error, to: &text)
        #expect(!text.contains("s3cr"), "\(text)")
    }

    @Test(
        "may be written as it must be",
        arguments: [
            "postgresql://role:p%40ss%2Fw%25rd@127.0.0.1:5432,db2:5433/assetlog?sslmode=verify-full&target_session_attrs=any",
            "postgresql://role:p?ss#w@h/assetlog", "postgresql:///assetlog?host=/run/postgresql,/tmp",
            "postgres://[fe80::1%25eth0]:5432/assetlog",
            "host=a,b port=1,2 dbname=assetlog user='role' password='p@ss w\\'rd'", "host=a password=b://c",
            "postgresql+psycopg2://role:p%40ss@h:5432/db?sslmode=require", "postgresql+psycopg://h/db", "postgres+pg8000://h/db",
            "postgresql+asyncpg://h/db?ssl=require&application_name=a", "POSTGRESQL://h/db",
        ])
    func readable(url: String) throws {
        _ = try setup(["url": url])
    }

    @Test("in a file is read at each connect")
    func file() async throws {
        let role = "changing_\(schema)"
        try await cluster.sql("CREATE ROLE \(role) LOGIN SUPERUSER PASSWORD 'first'")
        let file = NSTemporaryDirectory() + "password-\(schema)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try "first\n".write(toFile: file, atomically: true, encoding: .utf8)
        let storage = try await open(
            schema, on: cluster, ["url": cluster.url(user: role, password: "wrong"), "password_file": file, "timeout": "5s"])
        try await storage.add(events(0..<1))
        try await cluster.sql("ALTER ROLE \(role) PASSWORD 'second'")
        func drop() async throws {
            try await cluster.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '\(role)'")
        }
        try await drop()
        let error = await #expect(throws: StorageError.self) { try await storage.add(events(1..<2)) }
        #expect(error?.message.contains("password authentication failed") == true, "\(error?.message ?? "")")
        try FileManager.default.removeItem(atPath: file)
        await eventually("it says that the file is gone") {
            do { try await storage.add(events(1..<2)) } catch { return "\(error)".contains(file) }
            return false
        }
        try "second".write(toFile: file, atomically: true, encoding: .utf8)
        await eventually("it appends") { try await storage.add(events(2..<3)).sequences != nil }
        #expect(try await storage.numbers() == [0, 2])
        await storage.close()
    }

    @Test("may stand in the form of SQLAlchemy and of working dagster.yaml files", arguments: ["psycopg2", "psycopg", "asyncpg"])
    func driver(name: String) async throws {
        let url = cluster.url().replacing("postgresql://", with: "postgresql+\(name)://")
        let storage = try await open(schema, on: cluster, ["url": name == "asyncpg" ? url.replacing("sslmode=", with: "ssl=") : url])
        #expect(storage.health().isReady)
        try await storage.add(events(0..<1))
        #expect(try await storage.numbers() == [0])
        await storage.close()
    }

    @Test("goes to the host that answers, when the first is dead")
    func hosts() async throws {
        let url = "postgresql://postgres:secret@127.0.0.1:1,127.0.0.1:\(cluster.port)/postgres?sslmode=require"
        let storage = try await open(schema, on: cluster, ["url": url])
        #expect(storage.health().isReady)
        try await storage.add(events(0..<1))
        #expect(try await storage.numbers() == [0])
        await storage.close()
    }
}
#endif

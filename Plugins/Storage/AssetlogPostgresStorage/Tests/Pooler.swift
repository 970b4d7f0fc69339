#if Postgres
import AssetlogCore
import Foundation
import Testing

/// A PgBouncer in transaction mode before a cluster; it ends with this process, however that ends.
final class Pooler: Sendable {
    static let binary = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Why there is none; nil: there is one.
    static let absence: String? = Cluster.absence ?? (binary == nil ? "there is no PgBouncer on this machine" : nil)

    /// The one before the shared cluster.
    static let shared = Result { try Pooler(before: Cluster.shared.get()) }

    let port: Int
    private let process = Process()
    private let input = Pipe()

    init(before cluster: Cluster) throws {
        // A port that was free a moment ago.
        let proxy = try Proxy(to: cluster.port)
        port = proxy.port
        proxy.close()
        let directory = NSTemporaryDirectory() + "assetlog-pgbouncer-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        // Few sessions, so that every client meets those of others.
        try """
        [databases]
        postgres = host=127.0.0.1 port=\(cluster.port) dbname=postgres user=postgres password=secret
        odd = host=127.0.0.1 port=\(cluster.port) dbname=postgres user=postgres password=secret connect_query='\(Self.oddSettings)'
        leaky = host=127.0.0.1 port=\(cluster.port) dbname=postgres user=postgres password=secret pool_size=1
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = \(port)
        unix_socket_dir =
        auth_type = any
        pool_mode = transaction
        default_pool_size = 12
        max_client_conn = 200
        """.write(toFile: directory + "/pgbouncer.ini", atomically: true, encoding: .utf8)
        let command = getuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups" : ""
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c",
            """
            \(command) \(Self.binary ?? "") -q '\(directory)/pgbouncer.ini' >'\(directory)/log' 2>&1 </dev/null &
            pid=$!
            cat >/dev/null
            kill -9 $pid
            wait $pid
            rm -rf '\(directory)'
            """,
        ]
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// Waits until it answers; it starts next to the tests.
    func waitUntilReady() async throws {
        await eventually("the pooler answers") { try await Cluster.shared.get().sql("SELECT 1", as: url) == "1" }
    }

    deinit {
        try? input.fileHandleForWriting.close()
    }

    var url: String { "postgresql://postgres@127.0.0.1:\(port)/postgres" }

    /// The same to sessions that another program has left with settings of its own.
    var oddURL: String { "postgresql://postgres@127.0.0.1:\(port)/odd" }

    /// The same to one session, which keeps what any client sets in it.
    var leakyURL: String { "postgresql://postgres@127.0.0.1:\(port)/leaky" }

    private static let oddSettings =
        "SET DateStyle TO German; SET TimeZone TO \"Asia/Shanghai\"; SET default_transaction_isolation TO serializable;"
        + " SET search_path TO public, pg_catalog; SET IntervalStyle TO sql_standard"
}
#endif

#if Postgres
import AssetlogCore
import Foundation

/// A session of psql that stays open, for transactions that last.
final class Session: Sendable {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(_ url: String) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/psql")
        process.arguments = [url, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    deinit {
        try? input.fileHandleForWriting.close()
    }

    /// Runs statements, each with its semicolon, and returns what they printed once they are done.
    @discardableResult
    func run(_ statements: String) throws -> String {
        try input.fileHandleForWriting.write(contentsOf: Data("\(statements)\n\\echo (end)\n".utf8))
        var bytes: [UInt8] = []
        while !bytes.ends(with: "(end)\n") {
            guard let byte = output.fileHandleForReading.readData(ofLength: 1).first else {
                throw StorageError(.unavailable, "psql ended at \(statements)")
            }
            bytes.append(byte)
        }
        return String(decoding: bytes.dropLast(6), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Appends an event as another server would, in the transaction that is open here, and returns its sequence.
    func append(_ number: Int, to schema: String) throws -> Int64? {
        Int64(
            try run(
                """
                SELECT \(schema).append(gen_random_uuid(), '', ARRAY[gen_random_uuid()], ARRAY[7::bigint], ARRAY[1::smallint],
                    ARRAY[now()], ARRAY[now()], ARRAY['default'], ARRAY['["orders"]'], ARRAY['\(number)'], ARRAY[NULL]::text[],
                    ARRAY['{}'::bytea], NULL);
                """))
    }
}

extension [UInt8] {
    fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
#endif

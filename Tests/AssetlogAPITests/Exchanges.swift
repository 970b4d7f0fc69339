import Foundation
import HTTPTypes
import Synchronization

/// The answers of a test run, for `Tests/OpenAPI/answers`: lines of JSON in the directory that TEST_EXCHANGES names.
final class Exchanges: Sendable {
    static let shared = ProcessInfo.processInfo.environment["TEST_EXCHANGES"].flatMap(Exchanges.init)

    private let file: Mutex<FileHandle>

    private init?(directory: String) {
        let path = URL(filePath: directory).appending(path: "api-\(UUID().uuidString).jsonl").path
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { return nil }
        self.file = Mutex(file)
    }

    func keep(_ method: HTTPRequest.Method, _ target: String, prefix: String, _ answer: Answer) throws {
        // What the parser of HTTP would have refused is no exchange.
        guard target.hasPrefix("/"), target.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { return }
        let headers = Dictionary(answer.headers.map { ($0.name.rawName, $0.value) }) { first, _ in first }
        let prefix = prefix.split(separator: "/").map { "/\($0)" }.joined()
        let line = try JSONSerialization.data(withJSONObject: [
            "method": method.rawValue, "target": target, "status": answer.status, "headers": headers,
            "body": Data(answer.body).base64EncodedString(), "prefix": prefix,
        ])
        try file.withLock { try $0.write(contentsOf: line + Data("\n".utf8)) }
    }
}

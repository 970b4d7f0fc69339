#if OpenLineage
import AssetlogCore
import AssetlogDelivery

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The key by which a backend knows this server.
enum APIKey: Sendable {
    case none
    case fixed(Secret)
    case file(String)

    init(_ configuration: PluginConfiguration) throws {
        let key = try configuration[OpenLineageKeys.apiKey]
        let file = try configuration[OpenLineageKeys.apiKeyFile]
        switch (key, file) {
        case (nil, nil): self = .none
        case (nil, let path?): self = .file(path)
        case (let key?, nil):
            guard Self.isSound(key.revealed) else {
                throw configuration.error(OpenLineageKeys.apiKey, "is empty, or has a blank or a character that is not ASCII")
            }
            self = .fixed(key)
        default: throw configuration.error(OpenLineageKeys.apiKeyFile, "can't be given together with api_key; remove one of them")
        }
    }

    /// The header to send; nil without a key. It may read a file.
    ///
    /// - Throws: ``ExportError``, retriable, when the file can't be used: a new key may be on its way.
    func header() throws -> OutboundRequest.Header? {
        switch self {
        case .none: nil
        case .fixed(let key): Self.header(key.revealed)
        case .file(let path): Self.header(try Self.read(path))
        }
    }

    /// Why the file can't be used; nil: it can, or there is none.
    func problemOfFile() -> String? {
        guard case .file(let path) = self else { return nil }
        do {
            _ = try Self.read(path)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func header(_ key: String) -> OutboundRequest.Header {
        OutboundRequest.Header("Authorization", "Bearer \(key)")
    }

    private static func isSound(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }

    private static func read(_ path: String) throws -> String {
        if let problem = PathInspection.problem(ofReading: path) { throw ExportError(problem) }
        guard let file = fopen(path, "re") else {
            throw ExportError("\(path) can't be read: \(String(cString: strerror(errno))).")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 16 << 10)
        let count = fread(&bytes, 1, bytes.count, file)
        var text = String(decoding: bytes[..<count], as: UTF8.self)
        while text.last?.isWhitespace ?? false { text.removeLast() }
        guard count < bytes.count, isSound(text) else {
            throw ExportError("\(path) holds no key; write the key alone into it: one line of ASCII without blanks.")
        }
        return text
    }
}
#endif

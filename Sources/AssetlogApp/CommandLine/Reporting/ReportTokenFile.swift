import AssetlogCore
import Foundation

/// A file that holds a token and nothing else.
enum ReportTokenFile {
    /// Reads the token.
    ///
    /// - Throws: ``CommandFailure``, which never holds what the file holds.
    static func read(_ path: String) throws -> Secret {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 4096 else {
            throw CommandFailure(.failure, "the token file \(path) can't be read; check its path, and that it holds a token only")
        }
        // A byte order mark is no part of it either.
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(
            in: .whitespacesAndNewlines.union(.init(charactersIn: "\u{FEFF}")))
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw CommandFailure(.failure, "the token file \(path) must hold a token, and nothing else")
        }
        return Secret(text)
    }
}

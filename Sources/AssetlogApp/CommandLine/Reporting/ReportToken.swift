import AssetlogCore
import Foundation

/// The token of a report: the text of a file or a variable, and nothing else in it.
enum ReportToken {
    /// Reads the token of a file. No message holds what the file holds.
    static func read(file path: String) -> Result<Secret, CommandFailure> {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 4096 else {
            return .failure(
                CommandFailure(.failure, "the token file \(path) can't be read; check its path, and that it contains a token only"))
        }
        return read(String(decoding: data, as: UTF8.self), from: "the token file \(path)")
    }

    /// Reads the token of a text.
    ///
    /// - Parameter source: What holds the text, to begin a sentence.
    static func read(_ text: String, from source: String) -> Result<Secret, CommandFailure> {
        // A byte order mark is no part of it either.
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines.union(CharacterSet(charactersIn: "\u{FEFF}")))
        guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            return .failure(CommandFailure(.failure, "\(source) must contain a token, and nothing else"))
        }
        return .success(Secret(token))
    }
}

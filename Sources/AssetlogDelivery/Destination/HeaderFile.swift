#if Delivery
internal import AssetlogCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A file with headers, one a line as `Name: value`; empty lines and those that begin with `#` are passed over.
enum HeaderFile {
    static func read(_ path: String) throws -> [OutboundRequest.Header] {
        if let problem = PathInspection.problem(ofReading: path) { throw ExportError(problem, isRetriable: false) }
        guard let data = FileManager.default.contents(atPath: path), data.count <= 64 << 10 else {
            throw ExportError("The headers in \(path) can't be read, or are more than 64 KiB; put one a line there.", isRetriable: false)
        }
        let lines = String(decoding: data, as: UTF8.self).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return try lines.enumerated().compactMap { index, line in
            guard !line.isEmpty, !line.hasPrefix("#") else { return nil }
            switch OutboundRequest.Header.read(Secret(String(line))) {
            case .success(let header): return header
            case .failure(let problem): throw ExportError("Line \(index + 1) of \(path) \(problem.text).", isRetriable: false)
            }
        }
    }
}
#endif

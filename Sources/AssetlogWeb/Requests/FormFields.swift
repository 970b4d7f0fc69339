import AssetlogBody
package import AssetlogCore
import HTTPTypes
package import HummingbirdCore

/// The fields of a form, as a browser sends them: in the body of a POST, or in the query of a URL.
package struct FormFields: Sendable {
    /// The only type of body that is read.
    private static let type = "application/x-www-form-urlencoded"
    /// The most fields that are looked at.
    private static let mostFields = 64

    private var values: [String: String] = [:]

    /// Reads pairs `name=value` between `&`, where `+` is a blank. Of several fields of one name the first counts.
    package init(_ text: String) {
        for pair in text.split(separator: "&").prefix(Self.mostFields) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = PercentCoding.decode(parts[0], plusIsSpace: true)
            guard values[name] == nil else { continue }
            values[name] = parts.count == 2 ? PercentCoding.decode(parts[1], plusIsSpace: true) : ""
        }
    }

    /// The value of a field; nil when it is absent.
    package subscript(name: String) -> String? { values[name] }

    /// Reads the body of a request.
    ///
    /// - Parameters:
    ///   - maximumBytes: What it may have.
    ///   - memory: Where its bytes are counted while it is read.
    /// - Throws: ``RequestError`` with the status 415 for a body that is no form, or ``RequestBodyError``.
    package static func body(of request: Request, maximumBytes: Int, memory: MemoryBudget.Share) async throws -> FormFields {
        let given = request.headers[.contentType]?.lowercased().split(separator: ";").first ?? ""
        guard given.filter({ $0 != " " && $0 != "\t" }) == type else {
            throw RequestError(status: .unsupportedMediaType, detail: "The body of this request must be a form: send it as \(type).")
        }
        let limits = RequestBodyLimits(
            maximumBytes: maximumBytes, compressionRatio: 100, excess: "The body of this request may have \(maximumBytes) bytes.")
        let body = try await request.gatheredBody(limits, memory: memory)
        defer { withExtendedLifetime(body) {} }
        return FormFields(String(decoding: body.bytes, as: UTF8.self))
    }
}

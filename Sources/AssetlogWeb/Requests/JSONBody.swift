import AssetlogBody
package import AssetlogCore
import HTTPTypes
package import HummingbirdCore

/// The body of a request that is a small JSON object, or nothing.
package enum JSONBody {
    /// Reads the members of the body; none where it is empty.
    ///
    /// - Parameters:
    ///   - known: The names that it may have, each once.
    ///   - maximumBytes: What it may have after decompression.
    ///   - memory: Where its bytes are counted while it is read.
    /// - Throws: ``RequestError`` with the status 400, or ``RequestBodyError``.
    package static func members(
        of request: Request, known: [String], maximumBytes: Int, memory: MemoryBudget.Share
    ) async throws -> [String: FlatValue] {
        let limits = RequestBodyLimits(
            maximumBytes: maximumBytes, compressionRatio: 100, excess: "The body of this request may have \(maximumBytes) bytes.")
        let body = try await request.gatheredBody(limits, memory: memory)
        defer { withExtendedLifetime(body) {} }
        guard !body.bytes.isEmpty else { return [:] }
        var values: [String: FlatValue] = [:]
        for (name, value) in try object(body.bytes).members {
            guard known.contains(name) else { throw unknown(name, known) }
            guard values[name] == nil else {
                throw RequestError.badBody("The body has the member \(name) more than once; give it once.")
            }
            values[name] = value
        }
        return values
    }

    private static func object(_ body: [UInt8]) throws(RequestError) -> FlatObject {
        do {
            if let object = try body.withUnsafeBytes(FlatObject.init) { return object }
        } catch let error as JSONError {
            throw .badBody("The body is not JSON: \(error.message).")
        } catch {
            throw .badBody("The body is not JSON.")
        }
        throw .badBody("The body must be a JSON object, or empty.")
    }

    private static func unknown(_ name: String, _ known: [String]) -> RequestError {
        guard !known.isEmpty else { return .badBody("The body of this request must be empty, or an object without members.") }
        let nearest = name.utf8.count <= 64 ? WordDistance.nearest(to: name, among: known) : nil
        let hint = nearest.map { "Did you mean \($0)?" } ?? "Available: \(known.joined(separator: ", "))."
        return .badBody("There is no member \(name.quoted) here. \(hint)")
    }
}

extension RequestError {
    /// The answer to a body that says something wrong.
    package static func badBody(_ detail: String) -> RequestError { RequestError(status: .badRequest, detail: detail) }
}

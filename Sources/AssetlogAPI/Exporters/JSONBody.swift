import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore
import NIOCore

/// The body of a request that is a small JSON object, or nothing.
enum JSONBody {
    /// Enough for as many sequences as there may be dead letters.
    static let maximumBytes = 256 << 10

    /// Reads the members of the body; none where it is empty.
    ///
    /// - Parameter known: The names that it may have, each once.
    /// - Throws: ``RequestError`` with the status 400, 408, 413 or 415.
    static func members(of request: Request, known: [String]) async throws -> [String: FlatValue] {
        _ = try QueryParameters(request.uri.query, known: [])
        let bytes = try await bytes(of: request)
        guard !bytes.isEmpty else { return [:] }
        var values: [String: FlatValue] = [:]
        for (name, value) in try object(bytes).members {
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

    private static func bytes(of request: Request) async throws -> [UInt8] {
        let coding = request.headers[.contentEncoding]?.lowercased() ?? "identity"
        guard coding == "identity" else {
            throw RequestError(
                status: .unsupportedMediaType, detail: "The body of this request is small and must not be compressed.",
                headers: [.acceptEncoding: "identity"])
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximumBytes { throw tooLarge }
        var bytes: [UInt8] = []
        for try await chunk in request.chunks {
            guard bytes.count + chunk.readableBytes <= maximumBytes else { throw tooLarge }
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        return bytes
    }

    private static let tooLarge = RequestError(
        status: .contentTooLarge, detail: "The body of this request may have \(maximumBytes) bytes.")

    private static func unknown(_ name: String, _ known: [String]) -> RequestError {
        guard !known.isEmpty else { return .badBody("The body of this request must be empty, or an object without members.") }
        let nearest = name.utf8.count <= 64 ? WordDistance.nearest(to: name, among: known) : nil
        let hint = nearest.map { "Did you mean \($0)?" } ?? "Available: \(known.joined(separator: ", "))."
        return .badBody("There is no member \(name.quoted) here. \(hint)")
    }
}

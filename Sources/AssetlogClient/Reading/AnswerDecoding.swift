import AssetlogCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An answer of the server: the JSON as it came, and what it says.
public struct ServerAnswer<Value: Sendable & Decodable>: Sendable {
    /// The JSON as it came, for programs.
    public let json: [UInt8]
    /// What it says.
    public let value: Value

    /// Reads an answer.
    ///
    /// - Throws: ``ClientError`` when it is of another form.
    init(_ json: [UInt8], from url: ServerURL) throws(ClientError) {
        do {
            value = try JSONDecoder().decode(Value.self, from: Data(json))
        } catch {
            throw ClientError(unknownFormFrom: url)
        }
        self.json = json
    }
}

extension ClientError {
    /// The error for an answer that can't be read.
    init(unknownFormFrom url: ServerURL) {
        self.init(.refused, "\(url) answers in a form that this version does not know; is it older or newer than the server?")
    }
}

import AssetlogCore
package import HTTPTypes
package import HummingbirdCore
package import NIOCore

/// A small JSON object that is written member by member.
package struct JSONObject {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    /// Makes an object without members.
    package init() {}

    /// Appends a member whose value is a string.
    package mutating func append(_ name: String, _ value: String) {
        appendName(name)
        CanonicalJSON.appendString(value.utf8, to: &bytes)
    }

    /// Appends a member whose value is JSON already.
    package mutating func append(_ name: String, raw value: String) {
        appendName(name)
        bytes.append(contentsOf: value.utf8)
    }

    /// Appends a member whose value is a string, or null.
    package mutating func append(_ name: String, _ value: String?) {
        guard let value else { return append(name, raw: "null") }
        append(name, value)
    }

    /// Appends a member whose value is a number, or null.
    package mutating func append(_ name: String, _ value: Int64?) {
        append(name, raw: value.map { "\($0)" } ?? "null")
    }

    /// Appends a member whose value is true or false, or null.
    package mutating func append(_ name: String, _ value: Bool?) {
        append(name, raw: value.map { "\($0)" } ?? "null")
    }

    /// Appends a member whose value is an object, or null.
    package mutating func append(_ name: String, _ value: JSONObject?) {
        guard let value else { return append(name, raw: "null") }
        appendName(name)
        append(value)
    }

    /// Appends a member whose value is a list of objects.
    package mutating func append(_ name: String, _ values: [JSONObject]) {
        appendName(name)
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func append(_ object: JSONObject) {
        bytes.append(contentsOf: object.bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func appendName(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        CanonicalJSON.appendString(name.utf8, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    /// The text of the members so far.
    package var content: [UInt8] { bytes }

    /// The whole object.
    package consuming func finished() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// Makes an answer of the object.
    package consuming func response(
        status: HTTPResponse.Status = .ok, type: String = "application/json", headers: HTTPFields = [:]
    ) -> Response {
        Response(status: status, type: type, bytes: finished(), headers: headers)
    }
}

extension Response {
    /// Makes an answer with a body of known type.
    package init(status: HTTPResponse.Status = .ok, type: String, bytes: [UInt8], headers: HTTPFields = [:]) {
        self.init(status: status, type: type, buffer: ByteBuffer(bytes: bytes), headers: headers)
    }

    /// Makes an answer with a body of known type that is in a buffer already.
    package init(status: HTTPResponse.Status = .ok, type: String, buffer: ByteBuffer, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = type
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }

    /// Makes an answer of plain text.
    package init(status: HTTPResponse.Status = .ok, text: String) {
        self.init(status: status, type: "text/plain; charset=utf-8", bytes: Array(text.utf8))
    }
}

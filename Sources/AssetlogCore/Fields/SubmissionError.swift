/// Why an item of a submission was refused.
public struct SubmissionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The HTTP status: 400, 403 or 413.
    public var status: Int
    /// Where in the item the mistake is, as a JSON pointer (RFC 6901): `/metadata/rows/type`. It is empty when it is
    /// the item as a whole, and names the location where a missing field would be.
    public var pointer: String
    /// What was wrong and what to do, in a sentence.
    public var detail: String

    /// Makes an error.
    public init(status: Int = 400, pointer: String, _ detail: String) {
        self.status = status
        self.pointer = pointer
        self.detail = detail
    }

    /// The error for an asset of which its sender may not submit events.
    public static let notAuthorized = SubmissionError(
        status: 403, pointer: "/asset_key", "Not authorized to report events of this asset.")

    /// Makes an error about a field: `detail` follows its name.
    init(_ field: StaticString, _ path: String = "", _ detail: String) {
        self.init(pointer: "/\(field)\(path)", "\(field) \(detail)")
    }

    /// The detail.
    public var description: String { detail }
}

/// JSON pointers.
enum JSONPointer {
    /// A name as a part of a pointer, with its slash. Longer names than anybody reads are left out, so that an answer
    /// does not grow with the request; the pointer then leads to the object.
    static func part(_ name: String) -> String {
        guard name.utf8.count <= 256 else { return "" }
        var part = "/"
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": part += "~0"
            case "/": part += "~1"
            default: part.unicodeScalars.append(scalar)
            }
        }
        return part
    }
}

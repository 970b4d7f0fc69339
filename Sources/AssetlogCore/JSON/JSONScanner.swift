/// What a JSON value is.
public enum JSONKind: UInt8, Sendable, BitwiseCopyable {
    case object
    case array
    case string
    /// A number without point and exponent.
    case integer
    /// A number with a point or an exponent, or one of the words NaN, Infinity and -Infinity.
    case float
    case `true`
    case `false`
    case null
}

/// Validates JSON in one pass over its bytes: no tree, no allocation, no recursion.
///
/// It takes what Python's `json` takes (NaN, Infinity and -Infinity, integers of any size, duplicate names), but
/// refuses what has no UTF-8 form, and puts limits on nesting and digits.
public struct JSONScanner {
    /// How strictly strings are read.
    public enum Mode: Sendable {
        /// Control characters in strings must be escaped.
        case strict
        /// Control characters may stand in strings as they are.
        case lenient
    }

    /// The most levels of arrays and objects.
    public static let maximumDepth = 512
    /// The most levels of an event's details, in which metadata stands deeper than where it came from.
    public static let maximumStoredDepth = maximumDepth + 2
    /// The most digits of an integer, Python's own limit.
    public static let maximumDigits = 4300

    let bytes: UnsafePointer<UInt8>
    let count: Int
    let mode: Mode
    // One byte per open array or object: whether it is an object.
    private let levels: UnsafeMutablePointer<Bool>
    private let depthLimit: Int
    var position = 0
    /// Whether the string that was read last holds a backslash.
    var escaped = false
    private(set) var fault: JSONFault?

    /// Makes a scanner; `levels` has room for `depthLimit` values.
    init(
        _ bytes: UnsafeRawBufferPointer, mode: Mode, levels: UnsafeMutablePointer<Bool>, depthLimit: Int = maximumDepth
    ) {
        // An empty buffer may have no address; nothing is read from the substitute.
        self.bytes = (bytes.baseAddress ?? UnsafeRawPointer(levels)).assumingMemoryBound(to: UInt8.self)
        count = bytes.count
        self.mode = mode
        self.levels = levels
        self.depthLimit = depthLimit
    }

    /// Validates a whole text that holds one value, and says what the value is.
    ///
    /// An event's details are of ``maximumStoredDepth``.
    /// - Throws: ``JSONError`` that says what is wrong and where.
    @discardableResult
    public static func validate(
        _ bytes: UnsafeRawBufferPointer, mode: Mode = .strict, depth: Int = maximumDepth
    ) throws(JSONError) -> JSONKind {
        let depth = max(depth, 1)
        let (kind, fault) = withUnsafeTemporaryAllocation(of: Bool.self, capacity: depth) { levels in
            // A temporary allocation of more than no bytes always has an address.
            guard let levels = levels.baseAddress else { return (JSONKind?.none, JSONFault?.none) }
            var scanner = JSONScanner(bytes, mode: mode, levels: levels, depthLimit: depth)
            let kind = scanner.document()
            return (kind, scanner.fault)
        }
        if let kind { return kind }
        throw (fault ?? JSONFault(reason: .expectedValue, offset: 0)).error(in: bytes)
    }

    /// Reads one value with blanks around it up to the end; nil after a fault.
    mutating func document() -> JSONKind? {
        skipBlanks()
        guard let kind = value(depth: 0), atEnd() else { return nil }
        return kind
    }

    /// Checks that only blanks are left.
    mutating func atEnd() -> Bool {
        skipBlanks()
        return position == count || fail(.extraText)
    }

    /// Skips the mark that some editors put before UTF-8.
    mutating func skipByteOrderMark() {
        if count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf { position = 3 }
    }

    @inline(__always)
    mutating func skipBlanks() {
        while position < count, bytes[position].isJSONBlank { position &+= 1 }
    }

    /// The next byte; 0, which no token starts with, at the end.
    @inline(__always)
    var next: UInt8 { position < count ? bytes[position] : 0 }

    /// Reads a value that is nested in `depth` arrays and objects; nil after a fault.
    @inline(__always)
    mutating func value(depth: Int) -> JSONKind? {
        switch next {
        case UInt8(ascii: "{"): return composite(depth: depth) ? .object : nil
        case UInt8(ascii: "["): return composite(depth: depth) ? .array : nil
        default: return scalar()
        }
    }

    /// Reads a name, its colon and the blanks around it.
    @inline(__always)
    mutating func name() -> Bool {
        guard next == UInt8(ascii: "\"") else { return fail(.expectedName) }
        guard string() else { return false }
        return colon()
    }

    @inline(__always)
    mutating func colon() -> Bool {
        skipBlanks()
        guard next == UInt8(ascii: ":") else { return fail(.expectedColon) }
        position &+= 1
        skipBlanks()
        return true
    }

    // Reads an array or an object and all that is in it. The open levels are remembered in `levels` instead of on
    // the stack, so that no input can exhaust it.
    private mutating func composite(depth outer: Int) -> Bool {
        var depth = outer
        opening: while true {
            guard depth < depthLimit else { return fail(.tooDeep) }
            let isObject = bytes[position] == UInt8(ascii: "{")
            levels[depth] = isObject
            depth &+= 1
            position &+= 1
            skipBlanks()
            if next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                position &+= 1
                depth &-= 1
            } else {
                if isObject, !name() { return false }
                if next == UInt8(ascii: "{") || next == UInt8(ascii: "[") { continue opening }
                guard scalar() != nil else { return false }
            }
            while depth > outer {
                let inObject = levels[depth &- 1]
                skipBlanks()
                if next == UInt8(ascii: ",") {
                    position &+= 1
                    skipBlanks()
                    if inObject, !name() { return false }
                    if next == UInt8(ascii: "{") || next == UInt8(ascii: "[") { continue opening }
                    guard scalar() != nil else { return false }
                } else if next == (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    position &+= 1
                    depth &-= 1
                } else {
                    return fail(inObject ? .expectedCommaOrBrace : .expectedCommaOrBracket)
                }
            }
            return true
        }
    }

    @inline(__always)
    private mutating func scalar() -> JSONKind? {
        switch next {
        case UInt8(ascii: "\""): return string() ? .string : nil
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        case UInt8(ascii: "t"): return word("true") ? .true : nil
        case UInt8(ascii: "f"): return word("false") ? .false : nil
        case UInt8(ascii: "n"): return word("null") ? .null : nil
        case UInt8(ascii: "N"): return word("NaN") ? .float : nil
        case UInt8(ascii: "I"): return word("Infinity") ? .float : nil
        default:
            _ = fail(.expectedValue)
            return nil
        }
    }

    mutating func word(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        for index in 0..<length where position &+ index >= count || bytes[position &+ index] != text.utf8Start[index] {
            return fail(.expectedValue, at: position &+ index >= count ? count : position)
        }
        position &+= length
        return true
    }

    /// Remembers the first fault.
    @inline(never)
    mutating func fail(_ reason: JSONFault.Reason, at offset: Int? = nil) -> Bool {
        if fault == nil { fault = JSONFault(reason: reason, offset: offset ?? position) }
        return false
    }
}

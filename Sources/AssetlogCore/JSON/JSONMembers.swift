/// A value of validated JSON, and what it is.
struct JSONValue {
    var json: UnsafeRawBufferPointer
    var kind: JSONKind

    /// Takes a value without blanks around it.
    init(_ json: UnsafeRawBufferPointer) {
        self.json = json
        switch json.first {
        case UInt8(ascii: "\""): kind = .string
        case UInt8(ascii: "{"): kind = .object
        case UInt8(ascii: "["): kind = .array
        case UInt8(ascii: "t"): kind = .true
        case UInt8(ascii: "f"): kind = .false
        case UInt8(ascii: "n"): kind = .null
        default:
            var cursor = JSONCursor(json)
            kind = cursor.number().isFloat ? .float : .integer
        }
    }

    /// Whether it is a string of these bytes, however they are written.
    func equals(_ text: StaticString) -> Bool {
        guard kind == .string else { return false }
        var cursor = JSONCursor(json)
        let content = cursor.string()
        if cursor.wasPlain { return text.matches(content) }
        var decoded = ByteScratch(capacity: 64)
        decoded.appendUnescaped(content)
        return text.matches(decoded.bytes)
    }

    /// What a string stands for.
    var text: String {
        var cursor = JSONCursor(json)
        let content = cursor.string()
        if cursor.wasPlain { return String(decoding: content, as: UTF8.self) }
        var decoded = ByteScratch(capacity: content.count)
        decoded.appendUnescaped(content)
        return String(decoding: decoded.bytes, as: UTF8.self)
    }
}

/// The members of a validated object, in their order.
struct JSONMembers {
    private var cursor: JSONCursor

    /// Starts at the brace of an object.
    init(_ object: UnsafeRawBufferPointer) {
        self.init(at: JSONCursor(object))
    }

    /// Starts at a position where the brace of an object is.
    init(at cursor: JSONCursor) {
        self.cursor = cursor
        self.cursor.position += 1
        self.cursor.skipBlanks()
    }

    /// The position after the object, once there is no next member.
    var end: Int { cursor.position + 1 }

    /// The name of the next member.
    var nextName: JSONValue? {
        guard cursor.next == UInt8(ascii: "\"") else { return nil }
        var reader = cursor
        _ = reader.string()
        return JSONValue(cursor.slice(cursor.position..<reader.position))
    }

    /// The next member; nil: there is none.
    ///
    /// - Parameter read: Reads the value that starts at a cursor, and moves it past it.
    @inline(__always)
    mutating func next(
        _ read: (inout JSONCursor) -> UnsafeRawBufferPointer = { $0.value() }
    ) -> (name: JSONValue, value: JSONValue)? {
        guard cursor.next == UInt8(ascii: "\"") else { return nil }
        let start = cursor.position
        _ = cursor.string()
        let name = cursor.slice(start..<cursor.position)
        cursor.skipBlanks()
        cursor.position += 1
        cursor.skipBlanks()
        let value = JSONValue(read(&cursor))
        cursor.skipSeparator()
        return (JSONValue(name), value)
    }
}

/// The elements of a validated array, in their order.
struct JSONElements {
    private var cursor: JSONCursor

    /// Starts at the bracket of an array.
    init(_ array: UnsafeRawBufferPointer) {
        self.init(at: JSONCursor(array))
    }

    /// Starts at a position where the bracket of an array is.
    init(at cursor: JSONCursor) {
        self.cursor = cursor
        self.cursor.position += 1
        self.cursor.skipBlanks()
    }

    /// The next element; nil: there is none.
    ///
    /// - Parameter read: Reads the value that starts at a cursor, and moves it past it.
    @inline(__always)
    mutating func next(_ read: (inout JSONCursor) -> UnsafeRawBufferPointer = { $0.value() }) -> JSONValue? {
        guard !cursor.isAtEnd, cursor.next != UInt8(ascii: "]") else { return nil }
        let value = JSONValue(read(&cursor))
        cursor.skipSeparator()
        return value
    }
}

extension JSONCursor {
    fileprivate mutating func skipSeparator() {
        skipBlanks()
        if next == UInt8(ascii: ",") { position += 1 }
        skipBlanks()
    }
}

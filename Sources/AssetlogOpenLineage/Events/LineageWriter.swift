import AssetlogCore

/// Writes JSON, one member after the other. Members without a value are left out.
struct LineageWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// Writes an object as the value that comes next.
    mutating func object(_ members: (inout LineageWriter) -> Void) {
        open("{")
        members(&self)
        close("}")
    }

    mutating func member(_ name: String, _ text: String?) {
        guard let text else { return }
        self.name(name)
        CanonicalJSON.appendString(text.utf8, to: &bytes)
        needsComma = true
    }

    mutating func member(_ name: String, _ number: Int64?) {
        guard let number else { return }
        raw(name, Array(String(number).utf8))
    }

    mutating func member(_ name: String, _ flag: Bool?) {
        guard let flag else { return }
        raw(name, Array((flag ? "true" : "false").utf8))
    }

    mutating func member(_ name: String, _ time: Timestamp?) {
        member(name, time?.description)
    }

    /// Writes a value that is JSON already.
    mutating func raw(_ name: String, _ json: [UInt8]?) {
        guard let json else { return }
        self.name(name)
        bytes += json
        needsComma = true
    }

    mutating func object(_ name: String, _ members: (inout LineageWriter) -> Void) {
        self.name(name)
        object(members)
    }

    mutating func array<Element>(_ name: String, _ elements: [Element], _ members: (Element, inout LineageWriter) -> Void) {
        self.name(name)
        open("[")
        for element in elements { object { members(element, &$0) } }
        close("]")
    }

    private mutating func name(_ name: String) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        CanonicalJSON.appendString(name.utf8, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }
}

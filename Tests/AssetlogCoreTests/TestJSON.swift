/// A JSON tree for tests, read by code of its own, so that the scanner is not tested with itself.
///
/// Numbers keep their digits. It reads what other programs wrote or what the tests are about to compare, not input
/// from strangers: it traps on a text that is not JSON.
enum TestJSON: Equatable {
    case object([(name: String, value: TestJSON)])
    case array([TestJSON])
    case string(String)
    case number(String)
    case bool(Bool)
    case null

    static func == (left: TestJSON, right: TestJSON) -> Bool {
        switch (left, right) {
        case (.object(let a), .object(let b)):
            a.count == b.count && a.allSatisfy { member in b.contains { $0 == member } }
        case (.array(let a), .array(let b)): a == b
        case (.string(let a), .string(let b)): Array(a.utf8) == Array(b.utf8)
        case (.number(let a), .number(let b)): a == b || Double(a) == Double(b) && (a + b).contains(".")
        case (.bool(let a), .bool(let b)): a == b
        case (.null, .null): true
        default: false
        }
    }

    init(_ text: some Collection<UInt8>) {
        var reader = Reader(rest: Array(text)[...])
        self = reader.value()
        reader.skipBlanks()
        precondition(reader.rest.isEmpty, "text follows the value")
    }

    subscript(name: String) -> TestJSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var array: [TestJSON]? { if case .array(let elements) = self { elements } else { nil } }
    var names: [String]? { if case .object(let members) = self { members.map(\.name) } else { nil } }
    var integer: Int? { if case .number(let digits) = self { Int(digits) } else { nil } }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func skipBlanks() {
            while let byte = rest.first, [0x20, 0x0a, 0x0d, 0x09].contains(byte) { rest.removeFirst() }
        }

        mutating func take(_ text: String) -> Bool {
            guard rest.starts(with: text.utf8) else { return false }
            rest.removeFirst(text.utf8.count)
            return true
        }

        mutating func value() -> TestJSON {
            skipBlanks()
            if rest.first == UInt8(ascii: "\"") { return .string(string()) }
            if take("{") { return object() }
            if take("[") { return array() }
            if take("true") { return .bool(true) }
            if take("false") { return .bool(false) }
            if take("null") { return .null }
            let digits = rest.prefix { "+-.eE0123456789".utf8.contains($0) }
            precondition(!digits.isEmpty, "no value at \(String(decoding: rest.prefix(40), as: UTF8.self))")
            rest.removeFirst(digits.count)
            return .number(String(decoding: digits, as: UTF8.self))
        }

        mutating func object() -> TestJSON {
            var members: [(name: String, value: TestJSON)] = []
            skipBlanks()
            if take("}") { return .object([]) }
            repeat {
                skipBlanks()
                let name = string()
                skipBlanks()
                precondition(take(":"))
                members.append((name, value()))
                skipBlanks()
            } while take(",")
            precondition(take("}"))
            return .object(members)
        }

        mutating func array() -> TestJSON {
            var elements: [TestJSON] = []
            skipBlanks()
            if take("]") { return .array([]) }
            repeat {
                elements.append(value())
                skipBlanks()
            } while take(",")
            precondition(take("]"))
            return .array(elements)
        }

        mutating func string() -> String {
            precondition(take("\""))
            var units: [UInt16] = []
            while !take("\"") {
                guard take("\\") else {
                    let plain = rest.prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
                    rest.removeFirst(plain.count)
                    units += String(decoding: plain, as: UTF8.self).utf16
                    continue
                }
                let escape = rest.removeFirst()
                switch escape {
                case UInt8(ascii: "n"): units.append(0x0a)
                case UInt8(ascii: "r"): units.append(0x0d)
                case UInt8(ascii: "t"): units.append(0x09)
                case UInt8(ascii: "b"): units.append(0x08)
                case UInt8(ascii: "f"): units.append(0x0c)
                case UInt8(ascii: "u"):
                    units.append(UInt16(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16)!)
                    rest.removeFirst(4)
                default: units.append(UInt16(escape))
                }
            }
            return String(decoding: units, as: UTF16.self)
        }
    }
}

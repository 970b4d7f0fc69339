import AssetlogCore

/// Writes the fields of one line. Nothing in them can end the line or look like another field.
struct LineBuilder {
    private let format: LogFormat
    private var bytes: [UInt8] = []

    /// Starts a line with its time and with what wrote it.
    init(_ format: LogFormat, logger: String, at time: Timestamp, capacity: Int = 512) {
        self.format = format
        bytes.reserveCapacity(capacity)
        add("time", time.description)
        add("logger", logger)
    }

    /// Adds a text; nil is null in JSON, and left out of text.
    mutating func add(_ name: String, _ text: String?) {
        guard let text else { return addNull(name) }
        start(name)
        appendText(text)
    }

    /// Adds a number.
    mutating func add(_ name: String, _ number: Int) {
        start(name)
        appendDigits(number)
    }

    /// Adds a duration, in seconds with six digits.
    mutating func add(_ name: String, nanoseconds: Int) {
        start(name)
        let micros = max(0, nanoseconds) / 1000
        appendDigits(micros / 1_000_000)
        bytes.append(UInt8(ascii: "."))
        var rest = micros % 1_000_000
        for divisor in [100_000, 10_000, 1000, 100, 10, 1] {
            bytes.append(UInt8(ascii: "0") + UInt8(rest / divisor))
            rest %= divisor
        }
    }

    /// Adds a field.
    mutating func add(_ field: LogField) {
        switch field.value {
        case .text(let text): add(field.name, text)
        case .integer(let number): add(field.name, number)
        case .nanoseconds(let nanoseconds): add(field.name, nanoseconds: nanoseconds)
        case nil: addNull(field.name)
        }
    }

    /// The line, with its end.
    consuming func finished() -> [UInt8] {
        if format == .json { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private mutating func addNull(_ name: String) {
        guard format == .json else { return }
        start(name)
        bytes.append(contentsOf: "null".utf8)
    }

    private mutating func start(_ name: String) {
        switch format {
        case .text:
            if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
            appendPlain(name)
            bytes.append(UInt8(ascii: "="))
        case .json:
            bytes.append(UInt8(ascii: bytes.isEmpty ? "{" : ","))
            bytes.append(UInt8(ascii: "\""))
            appendPlain(name)
            bytes.append(UInt8(ascii: "\""))
            bytes.append(UInt8(ascii: ":"))
        }
    }

    private mutating func appendPlain(_ name: String) {
        var name = name
        name.withUTF8 { bytes.append(contentsOf: $0) }
    }

    private mutating func appendText(_ text: String) {
        var text = text
        let isDone = text.withUTF8 { utf8 in
            var needsEscape = false
            var needsQuotes = format == .json || utf8.isEmpty
            for byte in utf8 {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20, 0x7F...0xFF: needsEscape = true
                case UInt8(ascii: " "), UInt8(ascii: "="): needsQuotes = true
                default: break
                }
            }
            // A text is rarely one that has to be looked at character by character.
            guard !needsEscape else { return false }
            if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
            bytes.append(contentsOf: utf8)
            if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
            return true
        }
        if !isDone { bytes.append(contentsOf: (format == .json ? LineText.quoted(text) : LineText.value(text)).utf8) }
    }

    private mutating func appendDigits(_ number: Int) {
        if number >= 0, number < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(number))
        } else {
            bytes.append(contentsOf: String(number).utf8)
        }
    }
}

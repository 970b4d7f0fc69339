import AssetlogCore

/// Makes items with all that an item may hold, the same ones for the same seed.
struct ItemMaker {
    private var random: SplitMix

    init(seed: UInt64) {
        random = SplitMix(state: seed)
    }

    mutating func item(of kind: EventKind) -> String {
        var members = [#""kind":"\#(kind.name)""#, #""asset_key":\#(key())"#]
        if chance() { members.append(#""event_id":"\#(EventID(high: random.next(), low: random.next()))""#) }
        if chance() { members.append(#""timestamp":\#(time())"#) }
        if chance() { members.append(#""partition":\#(chance() ? text() : #"{"b":"\#(number())","a":"x"}"#)"#) }
        if chance() { members.append(#""description":\#(text())"#) }
        if chance() { members.append(#""metadata":\#(metadata())"#) }
        let version = text()
        let hasVersion = (kind == .materialization || kind == .observation) && chance()
        if hasVersion { members.append(#""data_version":\#(version)"#) }
        if chance() { members.append(#""tags":\#(tags(version: hasVersion && chance() ? version : nil))"#) }
        if kind == .check { addCheck(to: &members) }
        if kind == .materializationFailed || kind == .materializationSkipped, chance() {
            let reason = pick(FailureReason.allCases).rawValue
            members.append(#""failure":{"message":\#(chance() ? text() : "null"),"reason":"\#(reason)"}"#)
        }
        if kind != .check, chance() {
            let keys = (0..<number(4)).map { _ in "[\(text())\(chance() ? ",\(text())" : "")]" }
            members.append(#""upstream":[\#(keys.joined(separator: ","))]"#)
        }
        members.shuffle(using: &random)
        return "{\(members.joined(separator: pick([",", " , ", ",\n"])))}"
    }

    private mutating func addCheck(to members: inout [String]) {
        members += [#""check_name":\#(text())"#, #""passed":\#(pick(["true", "false"]))"#]
        if chance() { members.append(#""severity":\#(pick(["\"WARN\"", "\"ERROR\"", "null"]))"#) }
        if chance() { members.append(#""blocking":\#(pick(["true", "false", "null"]))"#) }
        if chance() { members.append(#""target":{"data_version":\#(text())}"#) }
        if chance() { members.append(#""target":{"event_id":"\#(EventID(high: random.next() | 1, low: random.next()))"}"#) }
    }

    private mutating func metadata() -> String {
        let labels = (0..<number(6)).map { _ in "\(text()):\(value())" }
        return "{\(labels.joined(separator: ","))}"
    }

    private mutating func value() -> String {
        let name = pick(["raw_value", "value"])
        switch number(16) {
        case 0: return json(depth: 3)
        case 1: return pick(["NaN", "-Infinity", "Infinity", "1e999", "-0", "-0.0", "1E-7", "123456789012345678901234567890"])
        case 2: return #"{"type":"float","\#(name)":\#(pick(["\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "NaN", "5", "2.50"]))}"#
        case 3: return #"{"\#(name)":\#(number()),"type":"int"}"#
        case 4: return #"{"\#(name)":\#(number()).5,"type":"timestamp"}"#
        case 5: return #"{"type":"asset","\#(name)":\#(pick([#""a/b""#, #"["a","/"]"#, #""""#]))}"#
        case 6: return #"{"type":"json","\#(name)":\#(json(depth: 2))}"#
        case 7: return #"{"type":"table_schema","\#(name)":{"columns":[{"type":"int","name":\#(text())}]}}"#
        case 8: return #"{"type":"table","\#(name)":{"schema":[],"records":[{"b":1,"a":\#(text())}]}}"#
        case 9: return #"{"type":"table_column_lineage","\#(name)":{"deps_by_column":{\#(text()):[{}]}}}"#
        case 10: return #"{"type":"__infer__","raw_value":\#(json(depth: 2))}"#
        case 11: return #"{"type":"bool","\#(name)":false}"#
        case 12: return #"{"type":"null","\#(name)":null}"#
        default: return #"{"type":"\#(pick(["text", "url", "path", "md", "notebook", "dagster_run"]))","\#(name)":\#(text())}"#
        }
    }

    // Without NaN and infinities, which are texts when an event is read back, and in json look like texts.
    private mutating func json(depth: Int) -> String {
        switch number(depth > 0 ? 8 : 5) {
        case 0: return text()
        case 1: return "\(number())"
        case 2: return pick(["1.5", "-0.0", "1e2", "-7", "0.0001", "1e-9", "12345678901234567890"])
        case 3: return pick(["true", "false", "null"])
        case 4: return #""NaN""#
        case 5, 6: return "[\((0..<number(4)).map { _ in json(depth: depth - 1) }.joined(separator: ","))]"
        default:
            // A first member that no type has, so that it is no value with a type.
            let members = (0..<number(4)).map { _ in "\(text()):\(json(depth: depth - 1))" }
            return "{\((["\"\":0"] + members).joined(separator: ","))}"
        }
    }

    private mutating func tags(version: String?) -> String {
        var tags = (0..<number(3)).map { _ in #""t\#(number())":\#(text())"# }
        if let version { tags.append(#""dagster/data_version":\#(version)"#) }
        if chance() { tags.append(#""dagster/data_version_is_user_provided":"\#(chance())""#) }
        tags.shuffle(using: &random)
        return "{\(tags.joined(separator: ","))}"
    }

    private mutating func key() -> String {
        chance() ? text() : "[\((0...number(2)).map { _ in text() }.joined(separator: ","))]"
    }

    private mutating func time() -> String {
        let second = 315_532_800 + Int64(random.next() % 1_400_000_000)
        switch number(3) {
        case 0: return "\(second)"
        case 1: return "\(second).\(number())"
        default: return "\"\(Timestamp(microseconds: second * 1_000_000 + Int64(number())))\""
        }
    }

    private mutating func text() -> String {
        let pieces = [
            "a", "b", "type", "value", "raw_value", "é", "e\u{301}", "😀", "日本", " ", "/", "|", #"\n"#, #"\""#, #"\\"#, #"\/"#, #"\u0001"#,
            #"\u00e9"#,
            #"\ud83d\ude00"#, #"\b"#, "NaN", "\u{7f}", "\u{2028}",
        ]
        return "\"\((0..<number(5)).map { _ in pick(pieces) }.joined())\""
    }

    private mutating func chance() -> Bool { random.next() & 1 == 0 }
    private mutating func number(_ limit: Int = 100_000) -> Int { Int(random.next() % UInt64(limit)) }
    private mutating func pick<Value>(_ values: [Value]) -> Value { values[number(values.count)] }
}

/// Random numbers that are the same in every run (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }
}

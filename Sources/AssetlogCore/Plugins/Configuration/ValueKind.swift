/// What a value of a key may be, and the Swift type that it has once it was checked.
public struct ValueKind<Value: Sendable>: Sendable {
    let kind: KeyDeclaration.Kind
    /// Takes the value of its kind; nil for one of another kind.
    let read: @Sendable (ConfigurationValue) -> Value?
    /// Writes a value as it would stand in a file: one text, or the elements of a list.
    let write: @Sendable (Value) -> [String]
}

extension ValueKind where Value == String {
    /// Any text.
    public static var text: ValueKind { string(.text) }

    /// A path. A relative one in a file is taken from that file's directory, and a default from the directory of the data.
    public static var path: ValueKind { string(.path) }

    private static func string(_ kind: KeyDeclaration.Kind) -> ValueKind {
        ValueKind(kind: kind, read: \.text, write: { [$0] })
    }
}

extension ValueKind where Value == Secret {
    /// Text that is never printed: a password, a token.
    public static var secret: ValueKind {
        ValueKind(kind: .secret, read: \.secret, write: { [$0.revealed] })
    }
}

extension ValueKind where Value == Int {
    /// Any whole number.
    public static var integer: ValueKind { integer(in: .min ... .max) }

    /// A whole number within a range.
    public static func integer(in range: ClosedRange<Int>) -> ValueKind {
        ValueKind(kind: .integer(range), read: \.integer, write: { ["\($0)"] })
    }

    /// Any number of bytes, plain or with `KiB`, `MiB`, `GiB`.
    public static var bytes: ValueKind { bytes(in: 0 ... .max) }

    /// A number of bytes within a range.
    public static func bytes(in range: ClosedRange<Int>) -> ValueKind {
        ValueKind(kind: .bytes(range), read: \.integer, write: { [ByteCount.text($0)] })
    }
}

extension ValueKind where Value == Bool {
    /// `true` or `false`.
    public static var boolean: ValueKind { ValueKind(kind: .boolean, read: \.boolean, write: { ["\($0)"] }) }
}

extension ValueKind where Value == Duration {
    /// A time span of at most a hundred years: `250ms`, `10s`, `5m`, `1h`, `7d`, `2w`.
    public static var duration: ValueKind { duration(in: .zero...TimeSpan.longest) }

    /// A time span within a range; the smallest unit is the millisecond.
    public static func duration(in range: ClosedRange<Duration>) -> ValueKind {
        ValueKind(kind: .duration(range), read: \.duration, write: { [TimeSpan.text($0)] })
    }
}

extension ValueKind where Value == [String] {
    /// Texts; in an environment variable separated by commas.
    public static var list: ValueKind { ValueKind(kind: .list, read: \.list, write: { $0 }) }

    /// Sections in a list, each as a text of YAML, for keys of a shape of their own; in an environment variable one text of YAML.
    public static var sections: ValueKind { ValueKind(kind: .sections, read: \.list, write: { $0 }) }
}

extension ValueKind where Value == [Secret] {
    /// Texts that are never printed; a single one needs no list. In an environment variable they stand on lines of their own.
    public static var secretList: ValueKind {
        ValueKind(kind: .secretList, read: \.secretList, write: { $0.map(\.revealed) })
    }
}

extension ValueKind where Value: RawRepresentable<String> & CaseIterable {
    /// One of the cases of an enumeration, by its raw value, in capitals or not.
    public static func choice(_: Value.Type) -> ValueKind {
        ValueKind(
            kind: .choice(Value.allCases.map(\.rawValue)), read: { $0.text.flatMap(Value.init) }, write: { [$0.rawValue] })
    }
}

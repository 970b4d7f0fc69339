/// The rules for the name of a token, which stands in events and in logs.
public enum TokenName {
    /// What is wrong with a name, to follow "the name of a token"; nil: nothing.
    public static func problem(_ name: String) -> String? {
        guard !name.isEmpty else { return "must not be empty" }
        guard name.unicodeScalars.count <= 128 else { return "must be 1 to 128 characters, not \(name.unicodeScalars.count)" }
        return name.unicodeScalars.contains(where: isControl) ? "must not contain control characters" : nil
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control || [0x2028, 0x2029].contains(scalar.value)
    }
}

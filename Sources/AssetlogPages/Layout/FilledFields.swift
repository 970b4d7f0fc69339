/// The query of an address that a form has made.
enum FilledFields {
    /// The fields that were filled in; those that were left empty are as if they were not there.
    ///
    /// - Parameter kept: The name of one that may be empty.
    static func query(_ query: String?, evenEmpty kept: String? = nil) -> String {
        let filled = (query ?? "").split(separator: "&").filter { field in
            guard let equals = field.firstIndex(of: "=") else { return true }
            return field.index(after: equals) < field.endIndex || field[..<equals] == kept ?? ""
        }
        return filled.joined(separator: "&")
    }
}

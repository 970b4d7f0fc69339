extension JSONKind {
    /// The kind with its article, for a sentence.
    var phrase: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .integer, .float: "a number"
        case .true: "true"
        case .false: "false"
        case .null: "null"
        }
    }
}

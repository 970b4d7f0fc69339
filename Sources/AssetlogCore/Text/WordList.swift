/// Lists of words in sentences.
package enum WordList {
    /// The words with commas, and a conjunction before the last one: `a, b and c`.
    package static func text(_ words: [String], _ conjunction: String) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return "\(words.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
    }
}

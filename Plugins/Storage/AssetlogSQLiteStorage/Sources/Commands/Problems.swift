#if SQLite
/// The sentences about what is wrong; a hundred of them say as much as a million.
struct Problems {
    private(set) var sentences: [String] = []

    mutating func add(_ sentence: @autoclosure () -> String) {
        guard sentences.count < 100 else {
            if sentences.count == 100 { sentences.append("There are further problems.") }
            return
        }
        sentences.append(sentence())
    }
}
#endif

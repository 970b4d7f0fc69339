/// Which of several certificates answers to a name that a client asks for.
struct ServerNames {
    private var exact: [String: Int] = [:]
    /// By what follows the asterisk: `.example.com`.
    private var wildcards: [String: Int] = [:]
    /// The certificates that answer to no name, because earlier ones answer to all of theirs.
    private(set) var shadowed: [Int] = []

    /// - Parameter certificates: The DNS names of each, in lower case. Of two with the same name the first answers.
    init(_ certificates: [[String]]) {
        for (index, names) in certificates.enumerated() {
            var isReachable = false
            for name in names { if insert(name, index) { isReachable = true } }
            if !isReachable { shadowed.append(index) }
        }
    }

    /// The certificate for a name as the client sent it: an exact name wins over a wildcard, which stands for one label.
    func certificate(for name: String) -> Int? {
        var name = name.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        if let index = exact[name] { return index }
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return nil }
        return wildcards[String(name[dot...])]
    }

    private mutating func insert(_ name: String, _ index: Int) -> Bool {
        if name.hasPrefix("*.") { return Self.insert(String(name.dropFirst()), index, into: &wildcards) }
        return name.contains("*") ? false : Self.insert(name, index, into: &exact)
    }

    private static func insert(_ key: String, _ index: Int, into table: inout [String: Int]) -> Bool {
        if let owner = table[key] { return owner == index }
        table[key] = index
        return true
    }
}

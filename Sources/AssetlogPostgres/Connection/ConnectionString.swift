#if Postgres
public import AssetlogCore
internal import CPostgres

/// Looks at connection strings before libpq connects by them: its complaints quote what it could not read, and that may be
/// a part of a password.
public enum ConnectionString {
    /// A connection string in a form that libpq knows; nil when it has none of them.
    ///
    /// SQLAlchemy, and with it `dagster.yaml`, names a driver in the scheme: `postgresql+psycopg2://`. What the driver
    /// asyncpg calls `ssl` is `sslmode` here.
    public static func ofLibpq(_ text: Secret) -> Secret? {
        let text = text.revealed
        guard let end = text.firstRange(of: "://"), !text[..<end.lowerBound].contains("=") else {
            return text.contains("=") ? Secret(text) : nil
        }
        let words = text[..<end.lowerBound].lowercased().split(separator: "+", omittingEmptySubsequences: false)
        guard let scheme = words.first, ["postgresql", "postgres"].contains(scheme), words.count <= 2, words.last?.isEmpty == false
        else { return nil }
        let rest = text[end.upperBound...]
        return Secret("postgresql://\(words.last == "asyncpg" ? modesNamed(rest) : String(rest))")
    }

    private static func modesNamed(_ rest: Substring) -> String {
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return String(rest) }
        let parameters = parts[1].split(separator: "&").map { $0.hasPrefix("ssl=") ? "sslmode=\($0.dropFirst(4))" : String($0) }
        return "\(parts[0])?\(parameters.joined(separator: "&"))"
    }

    /// Whether libpq understands a connection string, and takes nothing for a host or a port that can't be one.
    public static func isClear(_ text: Secret) -> Bool {
        guard let options = PQconninfoParse(text.revealed, nil) else { return false }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val, !isClear(String(cString: keyword), String(cString: value)) { return false }
            option += 1
        }
        return true
    }

    // A password with an @, a / or a : in it that is not escaped ends up here.
    private static func isClear(_ keyword: String, _ value: String) -> Bool {
        switch keyword {
        case "host", "hostaddr":
            value.split(separator: ",").allSatisfy { $0.hasPrefix("/") || !$0.utf8.contains { "@/?#".utf8.contains($0) } }
        case "port":
            value.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ",") }
        case "dbname": !value.utf8.contains(UInt8(ascii: "@"))
        default: true
        }
    }
}
#endif

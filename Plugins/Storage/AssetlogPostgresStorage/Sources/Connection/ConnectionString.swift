#if Postgres
internal import AssetlogCore
internal import CPostgres

/// Looks at connection strings before libpq connects by them: its complaints quote what it could not read, and that may be
/// a part of a password.
enum ConnectionString {
    /// Whether libpq understands a connection string, and takes nothing for a host or a port that can't be one.
    static func isClear(_ text: Secret) -> Bool {
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

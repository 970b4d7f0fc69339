/// Lets the value of an option begin with a dash, as in `--partition -5` and `--description "- new"`, where the parser would
/// look for an option of that name. Pure.
///
/// A value that looks like an option, as `--partition --metadata`, stays one: a variable of the shell that was empty must not
/// make the next option a value. Such a value is written `--partition=--metadata`.
enum DashedValues {
    /// Options that take no value, of all commands.
    static let flags: Set = [
        "-h", "-help", "--accept-loss", "--all", "--allow-insecure", "--checks", "--consumers", "--dead-letters", "--discard", "--dry-run",
        "--files", "--help",
        "--json", "--no-passed", "--no-spool", "--passed", "--print", "--quiet", "--read-only", "--ready", "--refused", "--tokens",
        "--version",
    ]
    /// Options that take values up to the next option.
    static let lists: Set = ["--metadata"]

    /// Writes such values behind their options, with `=`. What follows `--` stays as it is.
    static func joined(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        var joined: [String] = []
        // The option whose value comes, and whether it has one already.
        var open: (option: String, isGiven: Bool)?
        for argument in arguments[..<end] {
            if isOption(argument) {
                joined.append(argument)
                let name = String(argument.prefix { $0 != "=" })
                open = argument == name ? (flags.contains(name) ? nil : (name, false)) : (lists.contains(name) ? (name, true) : nil)
            } else if argument.hasPrefix("-"), argument.utf8.count > 1, let (option, isGiven) = open, !isGiven || lists.contains(option) {
                // The option alone, which may be there already, must not be left without a value.
                if !isGiven { joined.removeLast() }
                joined.append("\(option)=\(argument)")
                open = lists.contains(option) ? (option, true) : nil
            } else {
                joined.append(argument)
                open = open.flatMap { lists.contains($0.option) ? ($0.option, true) : nil }
            }
        }
        return joined + arguments[end...]
    }

    // `--no-spool`, `--set=a`, `-h`; not `-5`, `- x`, `---` and `--a b`.
    private static func isOption(_ argument: String) -> Bool {
        if argument == "-h" { return true }
        guard argument.hasPrefix("--") else { return false }
        let name = argument.dropFirst(2).prefix { $0 != "=" }
        return name.first?.isLetter == true && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
}

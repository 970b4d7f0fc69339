import ArgumentParser
import AssetlogCore
import AssetlogObservation

/// Finds the command that a command line names, and says which one is meant where there is none. Pure.
enum CommandWords {
    /// What people type for commands, by the command that they mean.
    private static let synonyms: [String: [String]] = [
        "assetlog serve": ["server", "start", "up", "daemon", "listen"],
        "assetlog check-config": ["check", "validate", "lint", "test", "configtest", "checkconfig"],
        "assetlog config": ["configuration", "configure", "settings"],
        "assetlog config sample": ["example", "template", "init", "default", "defaults", "generate"],
        "assetlog config print": ["show", "dump", "get", "list", "view"],
        "assetlog init": ["setup", "install", "bootstrap"],
        "assetlog token": ["tokens", "auth", "user", "users"],
        "assetlog token create": ["new", "add", "make", "generate", "issue"],
        "assetlog token list": ["ls", "show", "get"],
        "assetlog token revoke": ["delete", "remove", "rm", "end", "expire", "disable"],
        "assetlog token rotate": ["renew", "refresh", "roll"],
        "assetlog consumer": ["consumers", "cursor", "cursors"],
        "assetlog consumer list": ["ls", "show", "status"],
        "assetlog consumer replay": ["restart", "reset", "rewind", "seek"],
        "assetlog exporter": ["exporters", "destination", "destinations"],
        "assetlog exporter list": ["ls", "show", "status"],
        "assetlog exporter pause": ["stop", "suspend", "disable", "hold"],
        "assetlog exporter resume": ["start", "continue", "unpause", "enable", "restart"],
        "assetlog exporter replay": ["retry", "redeliver", "resend", "rewind", "reset", "seek"],
        "assetlog exporter dead-letters": ["deadletters", "dead-letter", "dead_letters", "dlq", "failed", "failures", "errors"],
        "assetlog exporter test": ["check", "try", "ping", "probe", "verify"],
        "assetlog receiver": ["receivers", "receive", "ingest", "input"],
        "assetlog receiver try": ["test", "check", "dry-run", "preview", "map"],
        "assetlog plugins": ["plugin", "storages", "features"],
        "assetlog backup": ["dump", "export", "snapshot", "save"],
        "assetlog verify": ["fsck", "integrity"],
        "assetlog copy": ["cp", "migrate", "move", "import", "restore"],
        "assetlog health": ["healthcheck", "ping", "live", "livez", "ready", "readyz", "status"],
        "assetlog report": ["send", "post", "event", "reports"],
        "assetlog report materialization": [
            "materialize", "materialise", "materialized", "materialised", "mat", "success", "succeeded", "done", "ok", "write", "written",
        ],
        "assetlog report observation": ["observe", "observed", "obs", "seen"],
        "assetlog report check": ["checks", "check-result", "test", "asset-check", "quality"],
        "assetlog report failure": ["fail", "failed", "error", "failures", "materialization_failed", "materialization-failed"],
        "assetlog report started": ["start", "running", "begin", "begun", "materialization_started", "materialization-started"],
        "assetlog report skipped": ["skip", "skips", "materialization_skipped", "materialization-skipped"],
        "assetlog report great-expectations": ["gx", "ge", "greatexpectations", "great_expectations"],
        "assetlog report flush": ["deliver", "resend", "retry", "send", "drain"],
        "assetlog report list": ["ls", "show", "status", "spool", "waiting"],
        "assetlog asset": ["assets", "catalog", "table", "tables", "dataset", "datasets"],
        "assetlog asset list": ["ls", "status", "all"],
        "assetlog asset show": ["get", "describe", "info", "view"],
        "assetlog asset partitions": ["partition"],
        "assetlog asset checks": ["check", "tests", "quality"],
        "assetlog asset void": ["undo", "retract", "invalidate", "delete-event"],
        "assetlog asset wipe": ["delete", "remove", "rm", "clear", "reset"],
        "assetlog tail": ["follow", "watch", "stream", "logs"],
        "assetlog wait": ["wait-for", "sensor", "until", "sleep"],
        "assetlog run": ["exec", "wrap", "job", "execute"],
    ]

    /// Checks that the words of a command line name a command.
    ///
    /// - Throws: ``CommandFailure`` with the command that may be meant.
    static func check(_ arguments: [String]) throws {
        var command: any ParsableCommand.Type = AssetlogCommand.self
        var path = "assetlog"
        for word in arguments {
            let subcommands = command.configuration.subcommands
            // Options may stand here; the parser knows them.
            guard !subcommands.isEmpty, !word.hasPrefix("-"), command != AssetlogCommand.self || word != "help" else { return }
            guard let next = subcommands.first(where: { name(of: $0) == word }) else {
                throw unknown(word, in: path, subcommands.map(name))
            }
            command = next
            path += " \(word)"
        }
    }

    private static func unknown(_ word: String, in path: String, _ names: [String]) -> CommandFailure {
        let qualified = path == "assetlog" ? "" : " `\(path) \(word)`"
        let hint = meant(by: word, in: path, names).map { "; did you mean `\($0)`?" } ?? "; available: \(names.joined(separator: ", "))."
        let name = qualified.isEmpty ? " \(LineText.quoted(word))" : qualified
        return CommandFailure(.usage, "there is no command\(name)\(hint)\nSee `\(path) --help` for more")
    }

    private static func meant(by word: String, in path: String, _ names: [String]) -> String? {
        let word = word.lowercased()
        if word == "help" { return "\(path) --help" }
        if word == "version", path == "assetlog" { return "assetlog --version" }
        if names.contains(word) { return "\(path) \(word)" }
        func named(_ candidate: String) -> Bool { candidate.split(separator: " ").last.map(String.init) == word }
        // First what stands here, then what stands anywhere.
        let here = names.map { "\(path) \($0)" }
        if let synonym = here.first(where: { synonyms[$0]?.contains(word) == true }) { return synonym }
        if let near = ConfigurationError.nearest(to: word, among: names) { return "\(path) \(near)" }
        let paths = allPaths(AssetlogCommand.self, "assetlog")
        return paths.first(where: named) ?? paths.first { synonyms[$0]?.contains(word) == true }
    }

    private static func allPaths(_ command: any ParsableCommand.Type, _ path: String) -> [String] {
        command.configuration.subcommands.flatMap { subcommand in
            let below = "\(path) \(name(of: subcommand))"
            return [below] + allPaths(subcommand, below)
        }
    }

    private static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? "\(command)".lowercased()
    }
}

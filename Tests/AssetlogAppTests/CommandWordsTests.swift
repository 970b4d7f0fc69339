import ArgumentParser
import Foundation
import Testing

@testable import AssetlogApp

@Suite("The words of a command line")
struct CommandWordsTests {
    @Test(
        "that name no command are refused with the one that is meant",
        arguments: [
            ("serv", "assetlog serve"), ("Serve", "assetlog serve"), ("server", "assetlog serve"), ("start", "assetlog serve"),
            ("check", "assetlog check-config"), ("healthcheck", "assetlog health"), ("version", "assetlog --version"),
            ("tokens list", "assetlog token"), ("report materialisation a", "assetlog report materialization"),
            ("report materialised a", "assetlog report materialization"), ("report observe a", "assetlog report observation"),
            ("report failed a", "assetlog report failure"), ("report start a", "assetlog report started"),
            ("report skip a", "assetlog report skipped"), ("report help", "assetlog report --help"),
            ("materialization a", "assetlog report materialization"), ("flush", "assetlog report flush"),
            ("token rm x", "assetlog token revoke"), ("token add x", "assetlog token create"), ("config show", "assetlog config print"),
            ("consumer rewind", "assetlog consumer replay"), ("exporters", "assetlog exporter"),
            ("exporter stop x", "assetlog exporter pause"), ("exporter dlq x", "assetlog exporter dead-letters"),
            ("rotate x", "assetlog token rotate"), ("exec a -- b", "assetlog run"),
        ])
    func misspelt(_ words: String, _ meant: String) {
        let error = #expect(throws: CommandFailure.self) { try CommandWords.check(words.split(separator: " ").map(String.init)) }
        #expect(error?.code == .usage)
        #expect(error?.description.contains("; did you mean `\(meant)`?\n") == true, "\(error?.description ?? "")")
    }

    @Test("that mean nothing are refused with the commands that there are")
    func unknown() {
        let error = #expect(throws: CommandFailure.self) { try CommandWords.check(["frobnicate"]) }
        #expect(error?.description.contains("available: serve, report, run, ") == true, "\(error?.description ?? "")")
    }

    @Test(
        "that name a command are left to the parser",
        arguments: [
            "", "serve", "serve extra", "report", "report flush", "report materialization materialisation", "--version", "--help",
            "help report", "help nonsense", "token create serv", "--generate-completion-script bash", "config sample",
        ])
    func good(_ words: String) throws {
        try CommandWords.check(words.split(separator: " ").map(String.init))
    }

    @Test("make an exit code of 64 where they are wrong, also when that is seen while the command runs")
    func exitCodes() async {
        let context = CommandContext(plugins: ConfigurationFixture.plugins, environment: [:], workingDirectory: "/")
        for arguments in [["serv"], ["copy"], ["copy", "--from", "sqlite:", "--to", "sqlite:/x"], ["run", "a"], ["run", "a", "--"]] {
            #expect(await Assetlog.run(arguments, in: context) == 64, "\(arguments)")
        }
    }
}

@Suite("A value that begins with a dash")
struct DashedValuesTests {
    @Test(
        "belongs to the option before it",
        arguments: [
            (["--partition", "-5"], ["--partition=-5"]), (["--partition=-5", "a"], ["--partition=-5", "a"]),
            (["--description", "- x", "--no-spool"], ["--description=- x", "--no-spool"]),
            (["--message", "--- a/file"], ["--message=--- a/file"]), (["--message", "--a b"], ["--message=--a b"]),
            (["--metadata", "a=1", "-x=2", "b=3"], ["--metadata", "a=1", "--metadata=-x=2", "b=3"]),
            (["--metadata", "-x=2", "b=3", "-5=1"], ["--metadata=-x=2", "b=3", "--metadata=-5=1"]),
            (["--metadata=a=1", "-x=2"], ["--metadata=a=1", "--metadata=-x=2"]), (["--tag", "-a=b"], ["--tag=-a=b"]),
            (["--partition", "-"], ["--partition", "-"]), (["--partition", "-5", "-6"], ["--partition=-5", "-6"]),
            (["--no-spool", "-5"], ["--no-spool", "-5"]), (["-5"], ["-5"]), (["--", "--partition", "-5"], ["--", "--partition", "-5"]),
            (["--partition", "--metadata", "a=1"], ["--partition", "--metadata", "a=1"]), (["--partition", "-h"], ["--partition", "-h"]),
        ])
    func joined(_ arguments: [String], _ expected: [String]) {
        #expect(DashedValues.joined(arguments) == expected)
    }

    /// What the parser says of a command and those below it.
    private struct Command: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }
            var kind: String
            var names: [Name]?
        }
        var commandName: String
        var discussion: String?
        var arguments: [Argument]?
        var subcommands: [Command]?

        var all: [Command] { [self] + (subcommands ?? []).flatMap(\.all) }
    }

    private struct Dump: Decodable { var command: Command }

    private static func commands() throws -> [Command] {
        try JSONDecoder().decode(Dump.self, from: Data(AssetlogCommand._dumpHelp().utf8)).command.all
    }

    @Test("is none of an option that takes no value; those are known")
    func flags() throws {
        var flags: Set<String> = []
        for argument in try Self.commands().flatMap({ $0.arguments ?? [] }) where argument.kind == "flag" {
            for name in argument.names ?? [] { flags.insert(name.kind == "long" ? "--\(name.name)" : "-\(name.name)") }
        }
        #expect(flags == DashedValues.flags)
    }

    @Test("Help is wrapped by the terminal alone: a paragraph is one line, and examples stand by themselves")
    func paragraphs() throws {
        let discussions = try Self.commands().filter { $0.commandName != "help" }.compactMap(\.discussion)
        #expect(discussions.count >= 8)
        for paragraph in discussions.flatMap({ $0.components(separatedBy: "\n\n") }) {
            let lines = paragraph.split(separator: "\n")
            let areExamples = lines.allSatisfy { $0.contains("assetlog ") || $0.contains("curl ") }
            #expect(lines.count == 1 || areExamples, "\(paragraph)")
        }
    }
}

import AssetlogCore
import Foundation
import Testing

@testable import AssetlogApp

@Suite("assetlog run --dbt")
struct RunDbtTests {
    private static func context(_ directory: String, _ environment: [String: String] = [:]) -> CommandContext {
        CommandContext(plugins: PluginList(), environment: environment, workingDirectory: directory)
    }

    @Test(
        "is a command of its own, and what follows -- is dbt's",
        arguments: [
            (["run", "--dbt", "--", "dbt", "build"], ["run-dbt"], ["dbt", "build"]),
            (["run", "--json", "--dbt", "--", "dbt", "--dbt"], ["run-dbt", "--json"], ["dbt", "--dbt"]),
            (["run", "--dbt"], ["run-dbt"], []), (["run", "a", "--", "x", "--dbt"], ["run", "a"], ["x", "--dbt"]),
            (["run", "a"], ["run", "a"], []),
        ])
    func words(line: [String], words: [String], operands: [String]) {
        var context = Self.context("/")
        #expect(RunCommand.words(of: line, &context) == words)
        #expect(context.operands.map { String(decoding: $0, as: UTF8.self) } == operands)
    }

    @Test(
        "finds the target directory as dbt does",
        arguments: [
            ("dbt build", [:], "/w/target"), ("dbt build --target-path out", [:], "/w/out"), ("dbt --target-path=/o build", [:], "/o"),
            ("uv run dbt build --project-dir p", [:], "/w/p/target"), ("dbt build --project-dir /p --target-path o", [:], "/p/o"),
            ("dbt build", ["DBT_TARGET_PATH": "o", "DBT_PROJECT_DIR": "/p"], "/p/o"),
            ("dbt build --target-path a --target-path b", ["DBT_TARGET_PATH": "o"], "/w/b"), ("dbt build --target-path", [:], "/w/target"),
        ])
    func target(command: String, environment: [String: String], target: String) {
        let words = command.split(separator: " ").map { Array($0.utf8) }
        #expect(DbtDirectories(words, in: Self.context("/w", environment)).target == target)
    }

    @Test("finds the project above the working directory, and the target that it names")
    func project() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dbt-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder.appendingPathComponent("models"), withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("dbt_project.yml")
        let context = Self.context("\(folder.path)/models")
        for (text, target) in [("name: x", "target"), ("target-path: out", "out"), ("target-path: [", "target")] {
            try text.write(to: file, atomically: true, encoding: .utf8)
            #expect(DbtDirectories([Array("dbt".utf8)], in: context).target == "\(folder.path)/\(target)")
        }
    }
}

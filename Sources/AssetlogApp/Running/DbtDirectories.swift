import AssetlogCore
import Foundation
import Yams

/// Finds where a command line of dbt writes its results, as dbt decides it. It may stand behind another program, such as `uv run`.
struct DbtDirectories {
    private let arguments: [String]
    private let context: CommandContext
    private let project: String?

    init(_ command: [[UInt8]], in context: CommandContext) {
        arguments = command.map { String(decoding: $0, as: UTF8.self) }
        self.context = context
        // Its options may stand before and after its command; of several the last counts.
        project = Self.option("--project-dir", in: arguments) ?? context.setting("DBT_PROJECT_DIR")
    }

    /// dbt's target directory.
    var target: String {
        let named = Self.option("--target-path", in: arguments) ?? context.setting("DBT_TARGET_PATH") ?? projectTarget ?? "target"
        return named.hasPrefix("/") ? named : "\(projectDirectory)/\(named)"
    }

    /// The one that is named, else the working directory or the next above it that is a project.
    private var projectDirectory: String {
        if let project { return context.path(project) }
        var directory = Substring(context.workingDirectory)
        while !directory.isEmpty {
            if FileManager.default.fileExists(atPath: "\(directory)/dbt_project.yml") { return String(directory) }
            directory = directory[..<(directory.lastIndex(of: "/") ?? directory.startIndex)]
        }
        return context.workingDirectory
    }

    // dbt still reads it there, with a warning.
    private var projectTarget: String? {
        let path = "\(projectDirectory)/dbt_project.yml"
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count <= 1 << 20,
            let node = try? Yams.compose(yaml: String(decoding: bytes, as: UTF8.self)),
            let target = node.mapping?["target-path"]?.string, !target.isEmpty, !target.contains("{{")
        else { return nil }
        return target
    }

    private static func option(_ name: String, in arguments: [String]) -> String? {
        var found: String?
        for (index, argument) in arguments.enumerated() {
            if argument == name, index + 1 < arguments.count { found = arguments[index + 1] }
            if argument.hasPrefix("\(name)=") { found = String(argument.dropFirst(name.count + 1)) }
        }
        return found.flatMap { $0.isEmpty ? nil : $0 }
    }
}

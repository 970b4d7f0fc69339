import Foundation
import Testing
import Yams

/// What stands in `docker` and `Scripts/packaging` is accepted by the tools that read it, and speaks of this build.
@Suite("The files for operators")
struct DeploymentFileTests {
    private static let unit = "Scripts/packaging/assetlog.service"
    private static let compose = "docker/compose.yaml"
    private static let hasSystemd = (try? run("systemd-analyze", ["--version"]).status) == 0

    private static func text(_ file: String) throws -> String {
        try String(contentsOf: ServerProcess.root.appending(path: file), encoding: .utf8)
    }

    // MARK: systemd

    /// What systemd says of the unit with this build's executable; an empty text means nothing.
    private func verify(_ text: String) throws -> String {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-unit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "assetlog.service")
        let binary = ServerProcess.binary.resolvingSymlinksInPath().path
        try text.replacing("/usr/bin/assetlog", with: binary).write(to: file, atomically: true, encoding: .utf8)
        let result = try run("systemd-analyze", ["verify", "--man=no", file.path])
        // The status is 0 also when a key is unknown.
        return result.status == 0 ? result.output + result.errors : "status \(result.status): \(result.errors)"
    }

    @Test("hold a unit that systemd takes without a word", .enabled(if: hasSystemd))
    func unitIsValid() throws {
        let text = try Self.text(Self.unit)
        #expect(try verify(text) == "")
        #expect(try verify(text.replacing("LockPersonality=", with: "LockPersonalty=")).contains("LockPersonalty"))
    }

    @Test("hold a unit that has folders for data and logs, and whose variables are weaker than the operator's file")
    func unitAndFile() throws {
        let text = try Self.text(Self.unit)
        #expect(text.contains("\nStateDirectory=assetlog\n") && text.contains("\nLogsDirectory=assetlog\n"))
        let pairs = text.matches(of: /(?m)^Environment=([A-Z_]+)=(.*)$/).map { (String($0.1), String($0.2)) }
        let environment = Dictionary(pairs) { $1 }
        #expect(environment.count >= 1)
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-unit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "assetlog.yaml")
        func data(_ yaml: String) throws -> String {
            try yaml.write(to: file, atomically: true, encoding: .utf8)
            let result = try run(
                ServerProcess.binary.path, ["config", "print", "--config", file.path], environment: environment)
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
            return result.output.split(separator: "\n").first { $0.contains(" data: ") }.map(String.init) ?? ""
        }
        #expect(try data("log: {level: info}").contains("data: /var/lib/assetlog  # ASSETLOG_DEFAULT_SERVER_DATA"))
        #expect(try data("server: {data: /srv/assetlog}").contains("data: /srv/assetlog  # \(file.path):1"))
    }

    @Test("hold drop-ins, as comments of the unit, that systemd takes too", .enabled(if: hasSystemd))
    func dropInsAreValid() throws {
        let text = try Self.text(Self.unit)
        let settings = text.matches(of: /(?m)^#   ([A-Z]\w+=.*)$/).map { String($0.1) }
        #expect(settings.count >= 6)
        #expect(try verify(text.replacing("[Install]", with: settings.joined(separator: "\n") + "\n[Install]")) == "")
    }

    @Test("hold a unit that is exposed to little", .enabled(if: hasSystemd))
    func unitIsHardened() throws {
        func exposure(threshold: Int) throws -> CommandResult {
            let file = ServerProcess.root.appending(path: Self.unit).path
            return try run("systemd-analyze", ["security", "--offline=true", "--threshold=\(threshold)", "--no-pager", file])
        }
        // In tenths: 1.5 of 10. A unit that says nothing has 9.6.
        let result = try exposure(threshold: 15)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(try exposure(threshold: 1).status != 0)
    }

    @Test("hold a configuration for the packages that this build accepts")
    func packageConfiguration() throws {
        let file = ServerProcess.root.appending(path: "Scripts/packaging/assetlog.yaml").path
        let result = try run(ServerProcess.binary.path, ["check-config", "--config", file])
        #expect(result.status == 0, "\(result.errors)")
    }

    // MARK: Compose

    /// The services, with what they share merged into each.
    private func services() throws -> [String: [String: Any]] {
        let file = try #require(try Yams.load(yaml: Self.text(Self.compose)) as? [String: Any])
        return try #require(file["services"] as? [String: [String: Any]])
    }

    @Test("hold a compose file whose every service has as few rights as can be")
    func composeIsHardened() throws {
        let services = try services()
        #expect(Set(services.keys) == ["init", "assetlog", "postgres"])
        for (name, service) in services {
            #expect(service["read_only"] as? Bool == true, "\(name)")
            #expect(service["cap_drop"] as? [String] == ["ALL"], "\(name)")
            #expect(service["security_opt"] as? [String] == ["no-new-privileges:true"], "\(name)")
            #expect(service["privileged"] == nil && service["user"] == nil, "\(name)")
        }
        for name in ["init", "assetlog"] {
            #expect(services[name]?["volumes"] as? [String] == ["data:/data"], "\(name)")
            #expect(services[name]?["cap_add"] == nil, "\(name)")
        }
        // Nothing but the server can be reached from outside.
        #expect(services.filter { $0.value["ports"] != nil }.keys.sorted() == ["assetlog"])
    }

    @Test("hold a compose file that makes certificate and token first, and asks the server for its health")
    func composeStartsInOrder() throws {
        let services = try services()
        let server = try #require(services["assetlog"])
        #expect((services["init"]?["command"] as? [String])?.first == "init")
        let needs = try #require(server["depends_on"] as? [String: [String: Any]])
        #expect(
            needs.mapValues { $0["condition"] as? String } == [
                "init": "service_completed_successfully", "postgres": "service_healthy",
            ])
        // The database is only there with its profile.
        #expect(needs["postgres"]?["required"] as? Bool == false && needs["init"]?["required"] == nil)
        let health = server["healthcheck"] as? [String: Any]
        #expect(health?["test"] as? [String] == ["CMD", "/usr/bin/assetlog", "health"])
        #expect(services["postgres"]?["profiles"] as? [String] == ["postgres"])
    }

    // MARK: This build

    /// The variables that the image sets, and those that the compose file adds.
    private func environment() throws -> [String: String] {
        let image = try Self.text("docker/Dockerfile").matches(of: /(ASSETLOG_[A-Z_]+)=(\S+)/).map { (String($0.1), String($0.2)) }
        let added = try #require(try services()["assetlog"]?["environment"] as? [String: String])
        // Compose puts a default where the variable is not set.
        let defaults = added.mapValues { $0.replacing(/\$\{[A-Z_]+:-([^}]*)\}/) { $0.1 } }
        return Dictionary(image, uniquingKeysWith: { $1 }).merging(defaults) { $1 }
    }

    @Test("set variables that this build knows, as the document does")
    func variablesAreKnown() throws {
        func check(_ environment: [String: String]) throws -> CommandResult {
            try run(ServerProcess.binary.path, ["check-config"], environment: environment)
        }
        // Of Docker's command lines and of Kubernetes' containers.
        let settings = try Self.text("Docs/Docker.md").matches(of: /(?:-e |name: )(ASSETLOG_[A-Z_]+)(?:=|, value: )([^ }`]+)/)
        let documented = Dictionary(settings.map { (String($0.1), String($0.2)) }) { $1 }
        for environment in [try environment(), documented] {
            #expect(environment.count >= 4)
            let result = try check(environment)
            #expect(result.status == 0, "\(result.errors)")
            #expect(!result.errors.contains("ASSETLOG_"), "\(result.errors)")
            #expect(try check(environment.merging(["ASSETLOG_SERVER_LISEN": "x"]) { $1 }).errors.contains("ASSETLOG_SERVER_LISEN"))
        }
    }

    @Test("grant an end more time than the server takes by default")
    func endsInTime() throws {
        let sample = try assetlog("config", "sample").output
        let taken = sample.matches(of: /# shutdown_(?:delay|grace): (\d+)s/).compactMap { Int($0.1) }
        #expect(taken.count == 2)
        let unit = try Self.text(Self.unit).firstMatch(of: /TimeoutStopSec=(\d+)s/).flatMap { Int($0.1) }
        let compose = try (services()["assetlog"]?["stop_grace_period"] as? String)?.firstMatch(of: /^(\d+)s$/).flatMap { Int($0.1) }
        for granted in [unit, compose] { #expect(try #require(granted) > taken.reduce(0, +)) }
    }
}

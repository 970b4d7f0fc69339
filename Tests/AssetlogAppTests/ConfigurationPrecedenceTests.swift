import AssetlogCore
import Testing

@testable import AssetlogApp

@Suite("Flags, variables, file and defaults")
struct ConfigurationPrecedenceTests {
    private let yaml = "server:\n  listen: 127.0.0.1:1"

    @Test("Flags win over variables, those over the file, that over defaults")
    func precedence() throws {
        let variable = ["ASSETLOG_SERVER_LISTEN": "127.0.0.1:2"]
        let flag = ["server.listen": "127.0.0.1:3"]
        #expect(try ConfigurationFixture.resolve().server.listen.port == 3000)
        #expect(try ConfigurationFixture.resolve(yaml).server.listen.port == 1)
        #expect(try ConfigurationFixture.resolve(yaml, environment: variable).server.listen.port == 2)
        #expect(try ConfigurationFixture.resolve(yaml, environment: variable, flags: flag).server.listen.port == 3)
    }

    @Test(
        "The places of values are known",
        arguments: [
            ("server.listen", "assetlog.yaml:2"), ("server.read_only", "ASSETLOG_SERVER_READ_ONLY"),
            ("log.level", "--set"),
            ("log.format", "default"),
        ])
    func places(_ key: String, _ place: String) throws {
        let resolved = try ConfigurationFixture.resolve(
            yaml, environment: ["ASSETLOG_SERVER_READ_ONLY": "yes"], flags: ["log.level": "debug"])
        #expect(resolved.values.first { $0.path == key }?.place == place)
    }

    @Test(
        "Relative paths are taken from the file's folder, those of flags and variables from the working folder",
        .enabled(if: BuildFeatures.hasTLS, "the files of the certificate need the trait TLS"))
    func relativePaths() throws {
        func tls(_ yaml: String?, _ environment: [String: String] = [:], _ flags: [String: String] = [:]) throws
            -> [String]?
        {
            let tls = try ConfigurationFixture.resolve(yaml, environment: environment, flags: flags).server.tls
            return tls.map { [$0.certificate, $0.key] }
        }
        let yaml = "server:\n  tls: {certificate: a.pem, key: /k.pem}"
        #expect(try tls(yaml) == ["/etc/assetlog/a.pem", "/k.pem"])
        let variables = ["ASSETLOG_SERVER_TLS_CERTIFICATE": "b.pem"]
        #expect(try tls(yaml, variables) == ["/work/b.pem", "/k.pem"])
        #expect(
            try tls(yaml, variables, ["server.tls.key": "sub/k"])
                == ["/work/b.pem", "/work/sub/k"])
        #expect(try ConfigurationFixture.resolve().server.dataFolder == "/work/assetlog-data")
        #expect(try ConfigurationFixture.resolve("server:\n  data: here").server.dataFolder == "/etc/assetlog/here")
    }

    @Test("--data wins over a storage's own folder from the file, not over one from a flag")
    func dataFolder() throws {
        let yaml = "storage:\n  sqlite: {path: /file}"
        let path = { (resolved: ResolvedConfiguration) in
            resolved.values.first { $0.path == "storage.sqlite.path" }?.texts
        }
        #expect(path(try ConfigurationFixture.resolve(yaml)) == ["/file"])
        #expect(path(try ConfigurationFixture.resolve(yaml, flags: ["server.data": "/flag"])) == nil)
        #expect(
            path(try ConfigurationFixture.resolve(flags: ["server.data": "/a", "storage.sqlite.path": "/b"])) == ["/b"])
    }

    @Test("An unknown ASSETLOG_ variable is only a warning; others and empty ones are nothing")
    func unknownVariables() throws {
        let resolved = try ConfigurationFixture.resolve(environment: [
            "ASSETLOG_SERVER_LISEN": "x", "ASSETLOG_TCP_ADDRESS": "10.0.0.1", "ASSETLOG_CONFIG": "x", "HOME": "/root",
            "ASSETLOG_SERVER_READ_ONLY": "",
        ])
        #expect(
            resolved.warnings == [
                "The variable ASSETLOG_SERVER_LISEN is unknown and ignored; did you mean ASSETLOG_SERVER_LISTEN?",
                "The variable ASSETLOG_TCP_ADDRESS is unknown and ignored",
            ])
        #expect(resolved.server.isReadOnly == false)
    }

    @Test("Lists come from the file as lists, from variables and flags separated by commas")
    func lists() throws {
        #expect(try ConfigurationFixture.resolve("deployments:\n  declared: [a, b]").server.deployments.declared == ["a", "b"])
        let environment = ["ASSETLOG_DEPLOYMENTS_DECLARED": "a, b"]
        #expect(try ConfigurationFixture.resolve(environment: environment).server.deployments.declared == ["a", "b"])
        #expect(
            try ConfigurationFixture.resolve(flags: ["deployments.declared": "a,b"]).server.deployments.declared == ["a", "b"])
        #expect(try ConfigurationFixture.resolve("deployments:\n  declared: []").server.deployments.declared == [])
    }

    @Test("Exporters come from the file, from variables and from flags")
    func exporters() throws {
        let resolved = try ConfigurationFixture.resolve(
            "exporters:\n  my-audit: {type: lines, path: a, kinds: [x]}",
            environment: [
                "ASSETLOG_EXPORTERS_MY_AUDIT_PATH": "b", "ASSETLOG_EXPORTERS_OTHER_TYPE": "lines",
                "ASSETLOG_EXPORTERS_OTHER_PATH": "c",
            ],
            flags: ["exporters.third.type": "lines", "exporters.third.path": "d", "exporters.third.kinds": "x,y"])
        #expect(resolved.server.exporters.map(\.name) == ["my-audit", "other", "third"])
        #expect(resolved.warnings == [])
        #expect(resolved.values.first { $0.path == "exporters.my-audit.path" }?.texts == ["b"])
        #expect(resolved.values.first { $0.path == "exporters.third.kinds" }?.texts == ["x", "y"])
    }

    @Test(
        "An address that others can reach is refused without TLS and tokens, and allowed with a warning",
        arguments: [
            ("0.0.0.0:1", true), ("[::]:1", true), ("10.0.0.1:1", true), ("example.org:1", true),
            ("127.0.0.1:1", false),
            ("127.9.9.9:1", false), ("[::1]:1", false), ("localhost:1", false), ("127.evil.example:1", true),
            ("127.evil.example.org:1", true),
        ])
    func openAddress(_ listen: String, _ isOpen: Bool) throws {
        let resolved = try ConfigurationFixture.resolve(flags: ["server.listen": listen])
        #expect(resolved.server.listen.description == listen)
        #expect(resolved.server.auth.isRequired == isOpen)
        #expect(resolved.warnings.contains { $0.contains("without TLS") } == isOpen)
        if isOpen {
            #expect(throws: ConfigurationError.self) { try resolved.server.checkSafety() }
        } else {
            try resolved.server.checkSafety()
        }
        let meant = try ConfigurationFixture.resolve(flags: ["server.listen": listen, "server.allow_insecure": "true"])
        try meant.server.checkSafety()
    }

    @Test(
        "Beyond loopback both TLS and tokens are needed", .enabled(if: BuildFeatures.hasTLS, "needs the trait TLS"),
        arguments: [
            (true, true, nil), (true, false, "without tokens"), (false, true, "without TLS"),
            (false, false, "without TLS and without tokens"),
        ])
    func safety(_ hasTLS: Bool, _ asksForTokens: Bool, _ problem: String?) throws {
        var flags = ["server.listen": "0.0.0.0:1", "auth.required": "\(asksForTokens)"]
        if hasTLS { flags.merge(["server.tls.certificate": "/c", "server.tls.key": "/k"]) { $1 } }
        let server = try ConfigurationFixture.resolve(flags: flags).server
        guard let problem else { return try server.checkSafety() }
        let error = #expect(throws: ConfigurationError.self) { try server.checkSafety() }
        #expect(error?.problem.contains(problem) == true)
        #expect(error?.problem.contains("--allow-insecure") == true)
    }

    @Test("A file of comments is a configuration without keys")
    func onlyComments() throws {
        #expect(try ConfigurationFixture.resolve("# nothing\nserver:\n  # listen: x\n").server.listen.port == 3000)
    }
}

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
        "The locations of values are known",
        arguments: [
            ("server.listen", "assetlog.yaml:2"), ("server.read_only", "ASSETLOG_SERVER_READ_ONLY"),
            ("log.level", "--set"),
            ("log.format", "default"),
        ])
    func locations(_ key: String, _ location: String) throws {
        let resolved = try ConfigurationFixture.resolve(
            yaml, environment: ["ASSETLOG_SERVER_READ_ONLY": "yes"], flags: ["log.level": "debug"])
        #expect(resolved.values.first { $0.path == key }?.location == location)
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
        #expect(try ConfigurationFixture.resolve().server.dataDirectory == "/work/assetlog-data")
        #expect(try ConfigurationFixture.resolve("server:\n  data: here").server.dataDirectory == "/etc/assetlog/here")
    }

    @Test("--data wins over a storage's own folder from the file, not over one from a flag")
    func dataDirectory() throws {
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
        #expect(resolved.server.paths.isReadOnly == false)
    }

    @Test("Lists come from the file as lists, from variables and flags separated by commas")
    func lists() throws {
        #expect(try ConfigurationFixture.resolve("deployments:\n  declared: [a, b]").server.paths.deployments == ["a", "b"])
        let environment = ["ASSETLOG_DEPLOYMENTS_DECLARED": "a, b"]
        #expect(try ConfigurationFixture.resolve(environment: environment).server.paths.deployments == ["a", "b"])
        #expect(
            try ConfigurationFixture.resolve(flags: ["deployments.declared": "a,b"]).server.paths.deployments == ["a", "b"])
        #expect(try ConfigurationFixture.resolve("deployments:\n  declared: []").server.paths.deployments == [])
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
            ("127.9.9.9:1", false), ("[::1]:1", false), ("localhost:1", false), ("*:1", true), ("127.evil.example:1", true),
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

    @Test(
        "Hosts are taken with ports, with a final dot and in brackets, as their names alone",
        arguments: [
            ("Assets.example.com:3000", "assets.example.com"), ("assets.example.com.", "assets.example.com"),
            ("assets.example.com.:3000", "assets.example.com"), ("10.0.0.1:80", "10.0.0.1"), ("[FD00::1]:3000", "fd00::1"),
            ("[fd00::1]", "fd00::1"),
            ("fd00::1", "fd00::1"), ("a_b", "a_b"),
        ])
    func hosts(_ text: String, _ name: String) throws {
        #expect(try ConfigurationFixture.resolve(flags: ["server.hosts": text]).server.hosts == [name])
    }

    @Test("A domain of organizations may end with its root, and a listener's name too")
    func roots() throws {
        let flags = ["deployments.organization_domain": "Example.com.", "server.listen": "localhost.:1"]
        let server = try ConfigurationFixture.resolve(flags: flags).server
        #expect(server.organizations.domain == "example.com")
        #expect(server.listen == ListenAddress(host: "localhost", port: 1) && server.listen.isLoopback)
    }

    @Test(
        "Words of other programs are taken for those of a choice",
        arguments: [
            ("log.level", "warn", "warning"), ("log.level", "WARN", "warning"), ("log.level", "Error", "error"),
            ("log.level", "fatal", "critical"),
            ("log.level", "err", "error"), ("log.format", "JSON", "json"), ("server.tls.minimum_version", "TLSv1.3", "1.3"),
            ("server.tls.client_certificates", "NONE", "none"),
        ])
    func synonyms(_ key: String, _ word: String, _ meant: String) throws {
        let resolved = try ConfigurationFixture.resolve(flags: [key: word])
        if key == "log.level" { #expect("\(resolved.server.log.level)" == meant) }
        if key == "log.format" { #expect("\(resolved.server.log.format)" == meant) }
        // What is printed is what counts.
        if word.lowercased() != meant { #expect(resolved.values.first { $0.path == key }?.texts == [meant]) }
    }

    @Test(
        "A file may begin with a byte order mark",
        arguments: ["server:\n  listen: 127.0.0.1:7", "# words\nserver: {listen: \"127.0.0.1:7\"}"])
    func byteOrderMark(_ text: String) throws {
        #expect(try ConfigurationFixture.resolve("\u{FEFF}" + text).server.listen.port == 7)
        #expect(ConfigurationFixture.mistakes("\u{FEFF}\n").first?.contains("is empty") == true)
    }

    @Test("A variable of a package is weaker than the file, and a variable that wins over the file is reported")
    func packageDefaults() throws {
        let yaml = "server:\n  data: /file\n  listen: 127.0.0.1:1"
        let package = ["ASSETLOG_DEFAULT_SERVER_DATA": "/package", "ASSETLOG_DEFAULT_DEPLOYMENTS_DECLARED": "a,b"]
        let alone = try ConfigurationFixture.resolve(environment: package)
        #expect(alone.server.dataDirectory == "/package" && alone.server.paths.deployments == ["a", "b"])
        #expect(alone.values.first { $0.path == "server.data" }?.location == "ASSETLOG_DEFAULT_SERVER_DATA")
        #expect(alone.warnings.isEmpty)
        let written = try ConfigurationFixture.resolve(yaml, environment: package)
        #expect(written.server.dataDirectory == "/file")
        #expect(written.notes.isEmpty)

        let variables = ["ASSETLOG_SERVER_DATA": "/variable", "ASSETLOG_SERVER_LISTEN": "127.0.0.1:1"]
        let overridden = try ConfigurationFixture.resolve(yaml, environment: package.merging(variables) { $1 })
        #expect(overridden.server.dataDirectory == "/variable")
        // The address is the same in both.
        #expect(overridden.notes == ["ASSETLOG_SERVER_DATA wins over server.data at assetlog.yaml:2"])
        let flag = try ConfigurationFixture.resolve(yaml, environment: variables, flags: ["server.data": "/flag"])
        #expect(flag.server.dataDirectory == "/flag" && flag.notes.isEmpty)
    }

    @Test("A file of comments is a configuration without keys")
    func onlyComments() throws {
        #expect(try ConfigurationFixture.resolve("# nothing\nserver:\n  # listen: x\n").server.listen.port == 3000)
    }
}

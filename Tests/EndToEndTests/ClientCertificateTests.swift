import Foundation
import Testing

/// Client certificates that stand for tokens, from the handshake to the event.
@Suite("A client certificate")
struct ClientCertificateTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        let script = """
            ec() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "$@" 2> /dev/null; }
            ec -x509 -days 2 -subj /CN=clients -keyout ca.key -out ca.pem
            issue() {
                ec -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
                printf 'subjectAltName=%s\\n' "$2" > "$1.ext"
                openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -set_serial "$3" -days 2 -extfile "$1.ext" -out "$1.pem" 2> /dev/null
            }
            issue worker DNS:Worker.example.com,IP:2001:db8:0:0::7 1
            issue other DNS:other.example.com 2
            """
        let made = try run("bash", ["-euc", script], in: workplace.url)
        #expect(made.status == 0, "\(made.errors)")
    }

    private func serve(_ mode: String) throws -> ServerProcess {
        try ServerProcess(
            TestCertificate.arguments + [
                "--set", "auth.required=true", "--set", "server.tls.client_certificates=\(mode)", "--set",
                "server.tls.client_ca=\(workplace.url.path)/ca.pem",
            ], in: workplace.url)
    }

    private func ask(
        _ server: ServerProcess, _ path: String, as name: String? = nil, token: String? = nil, _ more: [String] = []
    ) throws -> CommandResult {
        let pair = name.map { ["--cert", "\(workplace.url.path)/\($0).pem", "--key", "\(workplace.url.path)/\($0).key"] } ?? []
        let field = token.map { ["-H", "Authorization: Bearer \($0)"] } ?? []
        return try run(
            "curl",
            [
                "-s", "--cacert", TestCertificate.files.certificate, "-w", "\n%{http_code}",
                "https://localhost:\(server.url.port ?? 0)\(path)",
            ] + pair + field + more)
    }

    private func status(_ result: CommandResult) -> Int { Int(result.output.split(separator: "\n").last ?? "") ?? -1 }

    @Test("stands for the token that names it, until that ends", arguments: ["DNS:worker.EXAMPLE.com", "IP:2001:db8::7"])
    func stands(_ name: String) throws {
        let server = try serve("optional")
        let created = try workplace.assetlog(
            "token", "create", "spark", "--allow", "report:materialization,read", "--certificate", name)
        #expect(created.status == 0, "\(created.errors)")
        let reader = try workplace.assetlog("token", "create", "reader", "--allow", "read").output
            .trimmingCharacters(in: .newlines)
        let report = "/report_asset_materialization/a"
        #expect(try AccessTests.becomes(200) { status(try ask(server, report, as: "worker", ["-X", "POST"])) })
        #expect(try ask(server, "/api/v1/events", as: "worker").output.contains(#""reported_by":"spark""#))
        #expect(status(try ask(server, report, ["-X", "POST"])) == 401)
        #expect(status(try ask(server, report, as: "other", ["-X", "POST"])) == 401)
        // A token that was sent goes before the certificate.
        #expect(try AccessTests.becomes(200) { status(try ask(server, "/api/v1/events", token: reader)) })
        #expect(status(try ask(server, report, as: "worker", token: reader, ["-X", "POST"])) == 401)

        #expect(try workplace.assetlog("token", "rotate", "spark", "--grace", "1s").status == 0)
        sleep(2)
        #expect(status(try ask(server, report, as: "worker", ["-X", "POST"])) == 200)
        #expect(try workplace.assetlog("token", "revoke", "spark").status == 0)
        #expect(try AccessTests.becomes(401) { status(try ask(server, report, as: "worker", ["-X", "POST"])) })
        #expect(server.stop() == 0)
    }

    @Test("may be what nobody gets in without")
    func required() throws {
        let server = try serve("required")
        #expect(try ask(server, "/livez").status != 0)
        #expect(status(try ask(server, "/livez", as: "other")) == 200)
        #expect(status(try ask(server, "/api/v1/events", as: "other")) == 401)
        #expect(server.stop() == 0)
    }
}

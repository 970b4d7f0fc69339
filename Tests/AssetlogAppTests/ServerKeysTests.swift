import AssetlogCore
import AssetlogStandardPlugins
import Logging
import Testing

@testable import AssetlogApp

/// The keys that the server declares for itself.
@Suite("The server's own keys")
struct ServerKeysTests {
    private static let schema = ConfigurationSchema(plugins: .standard, exporters: [])

    @Test("are declared once each")
    func unique() {
        for section in ServerKeys.sections {
            #expect(Set(section.keys.map(\.name)).count == section.keys.count, "\(section.name)")
        }
        #expect(Set(ServerKeys.sections.map(\.name)).count == ServerKeys.sections.count)
    }

    @Test("are all read, with the defaults of the values that they become")
    func defaults() throws {
        let server = try ConfigurationFixture.resolve().server
        #expect(server.limits == ServerLimits())
        #expect(server.paths == PathScheme())
        #expect(server.organizations == OrganizationSettings(domain: nil, names: []))
        #expect(server.log == LogSettings(level: .info, format: .text))
        #expect(server.tls == nil)
    }

    @Test("are what other programs' names for them lead to", arguments: OtherWords.keys.sorted { $0.key < $1.key })
    func otherNames(name: String, path: String) {
        // A build without the trait Postgres has no such storage.
        #expect(Self.schema[path] != nil || path.hasPrefix("storage.postgres."), "\(name)")
    }
}

import Testing

@testable import AssetlogDelivery

@Suite("An address")
struct AddressTests {
    @Test(
        "that is not of the public Internet is known by its range",
        arguments: [
            ("0.0.0.0", "unspecified"), ("0.1.2.3", "unspecified"), ("10.0.0.1", "private"), ("10.255.255.255", "private"),
            ("172.16.0.1", "private"), ("172.31.255.255", "private"), ("192.168.0.1", "private"), ("127.0.0.1", "loopback"),
            ("127.255.255.255", "loopback"), ("169.254.169.254", "link-local"), ("100.64.0.1", "carrier-grade NAT"),
            ("100.127.255.255", "carrier-grade NAT"), ("192.0.0.8", "reserved"), ("192.0.2.1", "documentation"),
            ("198.18.0.1", "benchmarking"), ("198.19.255.255", "benchmarking"), ("224.0.0.1", "multicast"),
            ("239.255.255.255", "multicast"), ("240.0.0.1", "reserved"), ("255.255.255.255", "reserved"), ("::", "unspecified"),
            ("::1", "loopback"), ("fe80::1", "link-local"), ("fe80::1%eth0", "link-local"), ("febf::1", "link-local"),
            ("fec0::1", "site-local"), ("fc00::1", "unique local"), ("fdff::1", "unique local"), ("ff02::1", "multicast"),
            ("2001:db8::1", "documentation"), ("2001::1", "reserved"), ("100::1", "reserved"), ("4000::1", "reserved"),
            ("::7f00:1", "reserved"), ("64:ff9b:1::a00:1", "reserved"),
        ])
    func privateAddress(_ text: String, _ range: String) throws {
        #expect(AddressRange.name(of: try #require(IPAddress(text))) == range)
    }

    @Test(
        "that carries another is what that one is",
        arguments: [
            ("::ffff:127.0.0.1", "loopback"), ("::ffff:a00:1", "private"), ("::ffff:169.254.169.254", "link-local"),
            ("::ffff:8.8.8.8", nil), ("64:ff9b::10.0.0.1", "private"), ("64:ff9b::8.8.8.8", nil), ("2002:7f00:1::", "loopback"),
            ("2002:808:808::1", nil),
        ])
    func carried(_ text: String, _ range: String?) throws {
        #expect(AddressRange.name(of: try #require(IPAddress(text))) == range)
    }

    @Test(
        "of the public Internet is no other",
        arguments: [
            "1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
            "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
            "198.17.255.255", "198.20.0.0", "223.255.255.255", "2000::", "2001:200::1", "2606:4700::1111", "3ffe::1",
        ])
    func publicAddress(_ text: String) throws {
        #expect(AddressRange.name(of: try #require(IPAddress(text))) == nil)
    }

    @Test("is written as it is read", arguments: ["8.8.8.8", "::1", "2001:db8::a:1"])
    func text(_ text: String) {
        #expect(IPAddress(text)?.description == text)
        #expect(IPAddress("[\(text)]")?.description == text)
    }

    @Test("is nothing else", arguments: ["", "localhost", "1.2.3", "1.2.3.4.5", "256.0.0.1", "0x7f.0.0.1", "::g", "1.2.3.4 "])
    func noAddress(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    #if Delivery
    @Test(
        "in a URL is read as the connection reads it",
        arguments: [
            ("http://127.1/", "127.0.0.1"), ("http://2130706433/", "127.0.0.1"), ("http://0x7f000001:80/", "127.0.0.1"),
            ("http://0177.0.0.1/", "127.0.0.1"), ("http://u:p@[::1]:9/x?y", "::1"), ("https://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1"),
            ("http://example.com/", nil), ("http://127.0.0.1.example.com/", nil),
        ])
    func inURL(_ url: String, _ address: String?) throws {
        #expect(try #require(OutboundURL(url)).address?.description == address)
    }
    #endif
}

@Suite("A proxy of the environment")
struct ProxyEnvironmentTests {
    @Test(
        "is that of the scheme, and then that of all",
        arguments: [
            (["http_proxy": "http://p"], "http", "http://p"), (["HTTP_PROXY": "http://p"], "http", nil),
            (["HTTPS_PROXY": "http://p"], "https", "http://p"), (["https_proxy": "http://p"], "http", nil),
            (["https_proxy": "http://p", "HTTPS_PROXY": "http://q"], "https", "http://p"),
            (["https_proxy": "", "ALL_PROXY": "socks5://p"], "https", "socks5://p"), ([:], "https", nil),
        ] as [([String: String], String, String?)])
    func scheme(_ variables: [String: String], _ scheme: String, _ proxy: String?) {
        #expect(ProxyEnvironment(variables: variables).proxy(scheme: scheme, host: "example.com") == proxy)
    }

    @Test(
        "is not used for what no_proxy excepts",
        arguments: [
            ("example.com", "example.com", true), ("example.com", "a.EXAMPLE.com", true), (".example.com", "example.com", true),
            ("example.com.", "example.com", true), ("example.com", "notexample.com", false), ("*", "anything", true),
            ("a.b, c.d", "c.d", true), ("a.b c.d", "c.d", true), ("", "a.b", false), (",", "a.b", false),
            ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("10.0.0.0/8", "10.9.9.9", true),
            ("10.0.0.0/8", "11.0.0.1", false), ("10.0.0.0/33", "10.0.0.0", false), ("::1", "[::1]", true), ("fd00::/8", "fd12::1", true),
        ])
    func exceptions(_ list: String, _ host: String, _ isExcepted: Bool) {
        let environment = ProxyEnvironment(variables: ["all_proxy": "http://p", "no_proxy": list])
        #expect((environment.proxy(scheme: "http", host: host) == nil) == isExcepted)
    }
}

import AssetlogCore
import Testing

@testable import AssetlogPages

@Suite struct MetadataTests {
    private static let links: MetadataLinks = MetadataLinks(asset: { "/asset/" + $0.parts.joined(separator: "/") }, raw: "/raw")

    private static func view(_ metadata: String, previous: String? = nil) -> MetadataView {
        MetadataView(
            details: Array(#"{"tags":{},"metadata":\#(metadata)}"#.utf8),
            previous: previous.map { Array(#"{"description":"a \"metadata\"","metadata":\#($0)}"#.utf8) }, context: links)
    }

    private static func html(_ metadata: String, previous: String? = nil) -> String {
        view(metadata, previous: previous).html?.markup ?? ""
    }

    /// What one value of a type becomes, without the row around it.
    private static func value(_ type: String, _ value: String) throws -> String {
        let html = html(#"{"l":{"type":"\#(type)","value":\#(value)}}"#)
        let start = try #require(html.firstRange(of: "<dd class=\"metadata-"))
        let end = try #require(html.firstRange(of: "</dd>"))
        return String(html[start.upperBound..<end.lowerBound].drop { $0 != ">" }.dropFirst())
    }

    @Test(
        "A value is shown as its type is",
        arguments: [
            ("text", #""a <b> & \"c\"""#, "<bdi>a &lt;b&gt; &amp; &quot;c&quot;</bdi>"), ("text", #""""#, "<em>empty text</em>"),
            ("text", #""a\nb""#, "<pre class=\"metadata-lines\" dir=\"auto\">a\nb</pre>"),
            ("text", #""\u0001\\""#, "<bdi>␁\\</bdi>"), ("path", #""/a/b""#, "<code><bdi>/a/b</bdi></code>"),
            ("notebook", #""n.ipynb""#, "<code><bdi>n.ipynb</bdi></code>"), ("dagster_run", #""f00""#, "<code><bdi>f00</bdi></code>"),
            (
                "url", #""https://example.com/a?b=1&c=2""#,
                "<a href=\"https://example.com/a?b=1&amp;c=2\" rel=\"noopener noreferrer nofollow\">"
                    + "<bdi>https://example.com/a?b=1&amp;c=2</bdi></a>"
            ),
            ("md", #""*a*""#, "<div class=\"markdown\" dir=\"auto\"><p><em>a</em></p>\n</div>"),
            ("int", "1234567", "<data value=\"1234567\">1,234,567</data>"), ("int", "-1000", "<data value=\"-1000\">-1,000</data>"),
            ("int", "999", "<data value=\"999\">999</data>"),
            ("int", "123456789012345678901", "<data value=\"123456789012345678901\">123,456,789,012,345,678,901</data>"),
            ("float", "12345.5", "<data value=\"12345.5\">12,345.5</data>"), ("float", "1e+20", "<data value=\"1e+20\">1e+20</data>"),
            ("float", "12345.6e-10", "<data value=\"12345.6e-10\">12345.6e-10</data>"),
            ("float", "NaN", "<data value=\"NaN\">NaN</data>"), ("float", "-Infinity", "<data value=\"-Infinity\">-Infinity</data>"),
            ("bool", "true", "true"), ("bool", "false", "false"), ("null", "null", "null"),
            ("timestamp", "1700000000.0", "<time datetime=\"2023-11-14T22:13:20.000000Z\">2023-11-14 22:13:20 UTC</time>"),
            ("timestamp", "0.25", "<time datetime=\"1970-01-01T00:00:00.250000Z\">1970-01-01 00:00:00.250000 UTC</time>"),
            ("timestamp", "1e+300", "<data value=\"1e+300\">1e+300</data>"),
            ("json", #"{"a":[1,"x"]}"#, "<code><bdi dir=\"ltr\">{&quot;a&quot;:[1,&quot;x&quot;]}</bdi></code>"),
            ("job", #""j""#, "<code><bdi dir=\"ltr\">&quot;j&quot;</bdi></code>"), ("text", "5", "<code><bdi dir=\"ltr\">5</bdi></code>"),
            ("timestamp", #""x""#, "<code><bdi dir=\"ltr\">&quot;x&quot;</bdi></code>"),
            ("table", "[]", "<code><bdi dir=\"ltr\">[]</bdi></code>"), ("asset", "[]", "<code><bdi dir=\"ltr\">[]</bdi></code>"),
        ])
    func types(type: String, json: String, expected: String) throws {
        #expect(try Self.value(type, json) == expected)
    }

    @Test("An asset is a link to its page")
    func asset() throws {
        let html = try Self.value("asset", #"["a","b\"c"]"#)
        #expect(html.hasPrefix("<a href=\"/asset/a/b&quot;c\">"))
        #expect(html.contains("<bdi>b&quot;c</bdi>"))
    }

    @Test("Long JSON is folded, with a line for each member")
    func foldedJSON() throws {
        let html = try Self.value("json", #"{"a":[],"b":{"c":"x, {y}: \"z\""},"d":"\#(String(repeating: "e", count: 100))"}"#)
        #expect(html.hasPrefix("<details class=\"metadata-folded\"><summary>JSON object with 3 members</summary>"))
        #expect(
            html.contains("{\n  &quot;a&quot;: [],\n  &quot;b&quot;: {\n    &quot;c&quot;: &quot;x, {y}: \\&quot;z\\&quot;&quot;\n  },"))
    }

    @Test(
        "A table has the columns of its schema",
        arguments: [#"[{"name":"id"},{"name":"é"}]"#, #"{"columns":[{"name":"id"},{"name":"é"}]}"#])
    func table(schema: String) throws {
        let html = try Self.value("table", #"{"records":[{"id":1,"é":"<x>"},{"other":2},{"é":null,"id":[1]}],"schema":\#(schema)}"#)
        #expect(html.contains("<tr><th scope=\"col\"><bdi>id</bdi></th><th scope=\"col\"><bdi>é</bdi></th></tr>"))
        #expect(html.contains("<tr><td class=\"numeric\">1</td><td><bdi>&lt;x&gt;</bdi></td></tr>\n<tr><td></td><td></td></tr>\n"))
        #expect(html.contains("<td><code><bdi dir=\"ltr\">[1]</bdi></code></td><td class=\"metadata-null\">null</td>"))
    }

    @Test("A large table is cut")
    func largeTable() throws {
        let columns = (0..<30).map { #"{"name":"c\#($0)"}"# }.joined(separator: ",")
        let records = [String](repeating: #"{"c0":1,"c29":2}"#, count: 80).joined(separator: ",")
        let html = try Self.value("table", #"{"records":[\#(records)],"schema":[\#(columns)]}"#)
        #expect(html.contains("… and 30 more rows, 10 more columns"))
        #expect(html.count(of: "<tr>") == 51)
        #expect(html.count(of: "<th ") == 20)
    }

    @Test("A schema is compared with the one of the event before")
    func schemaDifference() {
        let before =
            #"{"other":{"type":"int","value":1},"s":{"type":"table_schema","value":{"columns":["#
            + #"{"name":"id","type":"int"},{"name":"old","type":"text"},{"name":"same","type":"text"}]}}}"#
        let now =
            #"{"s":{"type":"table_schema","value":{"columns":["#
            + #"{"name":"id","type":"bigint","constraints":{"nullable":false,"unique":true,"other":["> 0"]}},"#
            + #"{"name":"same","type":"text"},"#
            + #"{"name":"new","type":"text","description":"a <note>"}],"constraints":{"other":["one row a day"]}}}}"#
        let html = Self.html(now, previous: before)
        #expect(html.contains("Since the event before: 1 column added, 1 column removed, 1 column with another type."))
        #expect(html.contains("<ins class=\"added\"><bdi>new</bdi></ins>"))
        #expect(html.contains("<del class=\"removed\"><bdi>old</bdi></del>"))
        #expect(
            html.contains(
                "<del class=\"removed\"><code><bdi>int</bdi></code></del> <ins class=\"added\"><code><bdi>bigint</bdi></code></ins>"))
        #expect(html.contains("<td>type changed</td>"))
        #expect(html.contains("<bdi>not null, unique, &gt; 0</bdi>"))
        #expect(html.contains("a &lt;note&gt;"))
        #expect(html.contains("Constraints: <bdi>one row a day</bdi>"))
        #expect(!Self.html(now, previous: now).contains("Since the event before"))
        #expect(!Self.html(now).contains("Change"))
        #expect(!Self.html(now, previous: #"{"s":{"type":"text","value":"x"}}"#).contains("Change"))
    }

    @Test("Lineage leads to the columns that a column was made from")
    func lineage() throws {
        let html = try Self.value(
            "table_column_lineage",
            #"{"deps_by_column":{"a":[{"asset_key":"s/t","column_name":"b"},{"asset_key":["u/v"],"column_name":"c"},"#
                + #"{"asset_key":5}],"d":[]}}"#
        )
        #expect(html.contains("<a href=\"/asset/s/t\">"))
        #expect(html.contains("<a href=\"/asset/u/v\"><bdi>u/v</bdi></a>: <bdi>c</bdi>"))
        #expect(html.contains("<bdi dir=\"ltr\">{&quot;asset_key&quot;:5}</bdi>"))
    }

    @Test("Labels are counted and kept in their order")
    func labels() {
        let view = Self.view(#"{"z":{"type":"int","value":1},"a":{"type":"int","value":2},"":{"type":"int","value":3}}"#)
        #expect(view.count == 3)
        let html = view.html?.markup ?? ""
        #expect(html.firstRange(of: "<bdi>z</bdi>")!.lowerBound < html.firstRange(of: "<bdi>a</bdi>")!.lowerBound)
        #expect(html.contains("<dt><em>empty label</em></dt>"))
        #expect(Self.view("{}").html == nil)
        #expect(Self.view("{}").count == 0)
    }

    @Test(
        "Details that are no such object have no metadata, and nothing fails",
        arguments: [
            "", "{", "{}", "null", "[]", #"{"metadata""#, #"{"metadata":"#, #"{"metadata":{"#, #"{"metadata":{"a"#, #"{"metadata":{"a":"#,
            #"{"metadata":5}"#, #"{"metadata":"{}"}"#, #"{"metadata":{"a":{"type":"md","value":"\"#, #"{"metadata":[1]}"#,
            #"{"metadata":{"a":{"type":"table","value":{"records":[{"schema":[{"name":"\u00"}]}}}"#, #"{"metadata":{"a":}}"#,
            #"{"metadata":{"a":{"type":"text","value":"\u0"}}}"#, #"{"metadata":{"a":{"type":"text","value":"\"}}}"#,
            #"{"metadata":{"a":{"type":"int","value":}}}"#, #"{"metadata":{"a":{"type":"float","value":-}}}"#,
        ])
    func damaged(details: String) {
        let view = MetadataView(details: Array(details.utf8), previous: Array(details.utf8), context: Self.links)
        #expect(view.count <= 1)
        Markup.check(view.html?.markup ?? "")
        for end in 0..<details.utf8.count {
            _ = MetadataView(details: Array(details.utf8.prefix(end)), previous: nil, context: Self.links).html
        }
    }

    @Test("Bytes that are no UTF-8 are shown as such")
    func invalid() {
        let details = Array(#"{"metadata":{"a":{"type":"text","value":""#.utf8) + [0xff, 0xc3] + Array(#""}}}"#.utf8)
        #expect(MetadataView(details: details, previous: nil, context: Self.links).html?.markup.contains("\u{fffd}") == true)
    }

    // MARK: Hostile content

    private static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</dd></dl><h1>x</h1>",
        "javascript:alert(1)",
        "\u{202e}txt.exe", "\u{2067}x\u{200f}", "&lt;b&gt;", "]]><!--", String(repeating: "x", count: 2048),
        String(repeating: "\"", count: 2048),
        String(repeating: "مرحبا", count: 400), "\u{0}\u{1}\u{7f}\u{85}", "a\u{300}\u{300}\u{300}",
    ]

    private static let typesOfHostile = [
        "text", "url", "path", "notebook", "md", "dagster_run", "asset", "json", "table", "table_schema", "table_column_lineage", "<b>",
        "float",
    ]

    @Test("Nothing that is reported becomes markup", arguments: hostile, typesOfHostile)
    func nothingBecomesMarkup(text: String, type: String) {
        let string = CanonicalJSON.array(of: [text]).dropFirst().dropLast()
        let value =
            switch type {
            case "asset": "[\(string),\(string)]"
            case "json": "{\(string):[\(string),{\(string):\(string)}]}"
            case "table": #"{"records":[{\#(string):\#(string)}],"schema":[{"name":\#(string)}]}"#
            case "table_schema":
                #"{"columns":[{"name":\#(string),"type":\#(string),"description":\#(string),"constraints":{"other":[\#(string)]}}]}"#
            case "table_column_lineage": #"{"deps_by_column":{\#(string):[{"asset_key":\#(string),"column_name":\#(string)}]}}"#
            default: String(string)
            }
        let html = Self.html(#"{\#(string):{"type":"\#(type)","value":\#(value)}}"#, previous: #"{"x":{"type":"table_schema","value":{}}}"#)
        Markup.check(html)
        #expect(!html.isEmpty)
        #expect(!html.contains("href=\"javascript:"))
        #expect(html.utf8.count < 40_000)
    }

    @Test(
        "Only an address of http or https is a link",
        arguments: [
            ("https://a", true), ("HTTP://A.example/x%20y", true), ("https://é.example/ü", true), ("http://[::1]:80/", true),
            ("http://1.2.3.4", true), ("javascript:alert(1)", false), ("JaVaScRiPt://%0aalert(1)", false), ("data:text/html,x", false),
            ("vbscript:x", false), ("//evil.example", false), ("/path", false), ("https:/a", false), ("https://", false),
            ("https:///a", false),
            (" https://a", false), ("https://a b", false), ("java\nscript:x", false), ("https://a\n", false), ("https://a\u{0}", false),
            ("https://a\\@b", false), ("https://a\"b", false), ("https://a<b", false), ("httpſ://a", false), ("https\u{200b}://a", false),
            ("https://" + String(repeating: "a", count: 3000), false), ("&#106;avascript:x", false), ("x-https://a", false), ("", false),
        ])
    func addresses(text: String, isLink: Bool) {
        #expect((WebAddress(text) != nil) == isLink)
        #expect(WebAddress(text)?.href.utf8.allSatisfy { (0x21...0x7e).contains($0) } != false)
    }

    // MARK: Bounds

    @Test("However much is reported, the page has a bounded number of bytes")
    func manyLabels() {
        let metadata = "{\((0..<10_000).map { #""label \#($0)":{"type":"int","value":\#($0)}"# }.joined(separator: ","))}"
        let view = Self.view(metadata)
        let html = view.html?.markup ?? ""
        #expect(view.count == 10_000)
        #expect(html.utf8.count < 41_000)
        #expect(html.contains("more labels; see <a href=\"/raw\">the raw JSON</a>"))
        #expect(html.contains("<details class=\"metadata-more\">"))
        Markup.check(html)
    }

    @Test("Folded and hidden labels add up")
    func foldedLabels() {
        let metadata = "{\((0..<150).map { #""l\#($0)":{"type":"int","value":\#($0)}"# }.joined(separator: ","))}"
        let html = Self.html(metadata)
        #expect(html.contains("<summary>50 more labels</summary>"))
        #expect(html.count(of: "<dt>") == 150)
        #expect(!html.contains("the raw JSON"))
    }

    @Test("A large value leaves room for others", arguments: ["text", "md", "json", "table", "table_schema", "table_column_lineage"])
    func largeValue(type: String) {
        let long = String(repeating: "<a \\\" *b* ", count: 20_000)
        func list(_ element: String) -> String { "[\([String](repeating: element, count: 6000).joined(separator: ","))]" }
        let value =
            switch type {
            case "json": #"[[[["\#(long)",{"a":1}]]]]"#
            case "table": #"{"records":\#(list(#"{"a":"\#(long.prefix(198))"}"#)),"schema":[{"name":"a"}]}"#
            case "table_schema": #"{"columns":\#(list(#"{"name":"\#(long.prefix(198))"}"#))}"#
            case "table_column_lineage":
                #"{"deps_by_column":{"a":\#(list(#"{"asset_key":"a/b","column_name":"\#(long.prefix(198))"}"#))}}"#
            default: "\"\(long)\""
            }
        let html = Self.html(#"{"a":{"type":"\#(type)","value":\#(value)},"last":{"type":"int","value":1}}"#)
        #expect(html.utf8.count < 17_500)
        #expect(html.contains("<bdi>last</bdi>"))
        #expect(html.contains("…"))
        Markup.check(html)
    }

    @Test("A deep value is shown without a deep stack")
    func deep() {
        let value = String(repeating: "[{\"a\":", count: 250) + "1" + String(repeating: "}]", count: 250)
        let html = Self.html(#"{"a":{"type":"json","value":\#(value)}}"#)
        #expect(html.contains("JSON array with 1 element"))
        Markup.check(html)
    }

    @Test("A long text is folded")
    func longText() throws {
        let html = try Self.value("text", "\"\([String](repeating: "line", count: 30).joined(separator: #"\n"#))\"")
        #expect(html.hasPrefix("<details><summary><bdi>line</bdi> <span class=\"metadata-note\">30 lines</span></summary><pre "))
    }

    @Test(
        "A cut text ends with an ellipsis",
        arguments: [
            ("abc", 3, 99, "abc"), ("abcd", 3, 99, "abc…"), ("éé", 1, 99, "é…"), ("<<<", 9, 8, "<<…"), ("", 0, 0, ""), ("a", 0, 9, "…"),
        ])
    func cut(text: String, scalars: Int, room: Int, expected: String) {
        #expect(ShownText.cut(text, to: scalars, markup: room) == expected)
    }

    @Test("The size of a text is the one of its markup", arguments: hostile)
    func markupSize(text: String) {
        let html: HTML = "\(text)"
        #expect(ShownText.markup(text) == html.markup.utf8.count)
    }
}

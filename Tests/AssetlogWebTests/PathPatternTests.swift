import Testing

@testable import AssetlogWeb

@Suite("The paths of a route")
struct PathPatternTests {
    @Test(
        "are matched segment by segment, and give the values of their parameters",
        arguments: [
            ("/", "/", [:]), ("/a/b", "/a/b", [:]), ("/a/b", "/a%2Fb", nil), ("/a/b", "/a", nil), ("/a", "/a/b", nil),
            ("/a", "/a/", nil), ("/a", "/A", nil), ("/a/{id}", "/a/1", ["id": "1"]), ("/a/{id}", "/a/x%2Fy", ["id": "x/y"]),
            ("/a/{id}", "/a/", nil), ("/a/{id}", "/a", nil), ("/a/{id}/c", "/a/1/c", ["id": "1"]), ("/a/{id}/c", "/a/1/d", nil),
            ("/a/{key...}", "/a", ["key": ""]), ("/a/{key...}", "/a/", ["key": ""]), ("/a/{key...}", "/a/b/c", ["key": "b/c"]),
            ("/a/{key...}", "/b/c", nil), ("/{x}/{key...}", "/a", ["x": "a", "key": ""]), ("/{x}/{key...}", "/", nil),
        ] as [(String, String, [String: String]?)])
    func match(_ pattern: String, _ path: String, parameters: [String: String]?) {
        #expect(PathPattern(pattern).match(RequestPath(path)) == parameters)
    }
}

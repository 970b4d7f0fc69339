#if CloudEventsReceiver
import AssetlogCore
import Testing

@testable import AssetlogCloudEventsReceiver

@Suite("An event of others")
struct MappingTests {
    private static let id = #""event_id":"3fd3ba85-76c1-8e3d-9c65-b2d3c7f9e2b8""#

    /// The JSON of what a mapping makes of data, without the identity and the time.
    private func item(_ mapping: String, _ data: String, _ attributes: String = "") throws -> String {
        let reading = try CloudEventsFixture.read(
            CloudEventsFixture.foreign(#"\#(attributes),"data":\#(data)"#),
            ["type=com.example.* \(mapping)"])
        #expect(reading.unmapped.isEmpty && reading.refusal == nil, "\(reading)")
        var item = try #require(reading.items.first)
        #expect(item.timestamp == Timestamp("2026-11-22T08:00:00.5Z") && item.eventID != nil)
        (item.eventID, item.timestamp) = (nil, nil)
        return String(decoding: item.json, as: UTF8.self)
    }

    @Test(
        "names its asset by attributes and data",
        arguments: [
            ("{data.table}", #"["s.orders"]"#),
            ("warehouse/{data.table}", #"["warehouse","s.orders"]"#),
            ("{data.table:.}", #"["s","orders"]"#),
            ("lake/{data.table:.}/raw", #"["lake","s","orders","raw"]"#),
            ("{subject:/}", #"["a","b c"]"#), ("{subject}", #"["a/b c"]"#),
            ("s3:{data.n}:x/y", #"["s3:5:x","y"]"#), ("{data.key}", #"["x","y"]"#), ("{data.key.1}", #"["y"]"#),
            ("{data.n}-{data.flag}", #"["5-true"]"#), ("{region}/x", #"["eu","x"]"#),
        ])
    func assets(_ template: String, _ key: String) throws {
        let json = try item(
            "kind=observation asset=\(template)",
            #"{"table":"s.orders","key":["x","y"],"n":5,"flag":true}"#,
            #","subject":"a/b c","region":"eu""#)
        #expect(json == #"{"kind":"observation","asset_key":\#(key)}"#)
    }

    @Test("has a partition, words, a version, tags and metadata where the mapping says so")
    func fields() throws {
        let json = try item(
            #"kind=materialization asset=a partition={data.day} description="{data.n} rows of {data.day}" version={id} tag.team={data.team} metadata={data.stats} metadata.url={data.link} metadata.both={data.n}/{data.day}"#,
            #"{"day":"2026-11-22","n":5,"team":"x","link":"u","stats":{"rows":12345678901234567890,"share":0.5,"ok":true,"none":null,"more":[1],"word":"w"}}"#
        )
        #expect(
            json
                == #"{"kind":"materialization","asset_key":["a"],"partition":"2026-11-22","description":"5 rows of 2026-11-22","data_version":"7","tags":{"team":"x"},"metadata":{"rows":{"type":"int","raw_value":12345678901234567890},"share":{"type":"float","raw_value":0.5},"ok":{"type":"bool","raw_value":true},"more":{"type":"json","raw_value":[1]},"word":{"type":"text","raw_value":"w"},"url":{"type":"text","raw_value":"u"},"both":{"type":"text","raw_value":"5/2026-11-22"}}}"#
        )
        #expect(
            try item("kind=materialization asset=a partition={data.day}", "{}")
                == #"{"kind":"materialization","asset_key":["a"]}"#)
    }

    @Test(
        "is a check whose result is a truth value, or a word that is compared",
        arguments: [
            ("{data.ok}", "", true, "ERROR"), ("{data.no}", "", false, "ERROR"),
            ("{data.text}", "", true, "ERROR"),
            ("{data.state}=good", "", true, "ERROR"),
            ("{data.state}=Good", " severity={data.level}", false, "WARN"),
            ("{data.ok}", " severity={data.state}", true, "ERROR"),
            ("{data.ok}", " severity={data.absent}", true, "ERROR"),
        ])
    func checks(_ passed: String, _ more: String, _ result: Bool, _ severity: String) throws {
        let json = try item(
            "kind=check asset=a check=c-{data.state} passed=\(passed)\(more)",
            #"{"ok":true,"no":false,"text":"True","state":"good","level":"Warning"}"#)
        #expect(
            json
                == #"{"kind":"check","asset_key":["a"],"check_name":"c-good","passed":\#(result),"severity":"\#(severity)"}"#
        )
    }

    @Test("is a failure with its message")
    func failures() throws {
        #expect(
            try item(
                "kind=materialization_failed asset=a message={data.error}", #"{"error":"out of memory"}"#)
                == #"{"kind":"materialization_failed","asset_key":["a"],"failure":{"reason":"FAILED_TO_MATERIALIZE","message":"out of memory"}}"#
        )
        #expect(
            try item("kind=materialization_failed asset=a", "{}")
                == #"{"kind":"materialization_failed","asset_key":["a"],"failure":{"reason":"FAILED_TO_MATERIALIZE"}}"#
        )
        #expect(
            try item("kind=materialization_skipped asset=a", "{}")
                == #"{"kind":"materialization_skipped","asset_key":["a"]}"#)
    }

    @Test(
        "that lacks what its mapping needs is unmapped, with what it lacks",
        arguments: [
            (
                "kind=observation asset={data.table}", "The asset is not known: it has no \"data.table\"."
            ),
            ("kind=observation asset={data.o}", "\"data.o\" is an object or an array, not a text."),
            ("kind=observation asset={data.mixed}", "an array with other values than texts"),
            ("kind=observation asset=a partition={data.o}", "\"data.o\" is an object or an array"),
            (
                "kind=check asset=a check={data.name} passed={data.n}",
                "The check's name is not known: it has no \"data.name\"."
            ),
            (
                "kind=check asset=a check=c passed={data.absent}",
                "Whether it passed is not known: it has no \"data.absent\"."
            ),
            (
                "kind=check asset=a check=c passed={data.n}",
                "Whether it passed must be true or false, not \"5\"."
            ),
        ])
    func unmapped(_ mapping: String, _ sentence: String) throws {
        let reading = try CloudEventsFixture.read(
            CloudEventsFixture.foreign(#","data":{"o":{"a":1},"mixed":["a",1],"n":5}"#),
            ["type=* \(mapping)"])
        #expect(reading.items.isEmpty && reading.refusal == nil && reading.unmapped.count == 1)
        #expect(reading.unmapped.first?.contains(sentence) == true, "\(reading.unmapped)")
    }

    @Test("is recorded without what is not of the form that the mapping expects, which is said")
    func notes() throws {
        let reading = try CloudEventsFixture.read(
            CloudEventsFixture.foreign(#","data":{"o":{"a":1},"n":5}"#),
            [
                "type=* kind=materialization asset=a metadata={data.n} description={data.o} tag.t={data.o} metadata.o={data.o}"
            ])
        #expect(
            reading.unmapped.count == 3
                && reading.unmapped.allSatisfy { $0.hasPrefix("The event was recorded without ") })
        #expect(reading.items.first?.metadata.map(\.label) == ["o"])
    }

    @Test("is taken by the first mapping whose type and source fit")
    func order() throws {
        let mappings = [
            "type=com.example.loaded source=/other* kind=observation asset=1",
            "type=com.example kind=observation asset=2",
            "type=com.example.* source=/load* kind=observation asset=3",
            "type=* kind=observation asset=4",
        ]
        #expect(
            try CloudEventsFixture.read(CloudEventsFixture.foreign(), mappings).items.map(\.assetKey)
                == [AssetKey(["3"])])
        let unmapped = try CloudEventsFixture.read(
            CloudEventsFixture.foreign(), Array(mappings.prefix(2)))
        #expect(
            unmapped.unmapped.first?.contains(
                #"No mapping takes the type "com.example.loaded" of the source "/loader""#) == true)
    }

    @Test("is known by its source and its ID together")
    func identity() throws {
        func id(_ source: String, _ id: String) throws -> EventID? {
            let json = #"{"specversion":"1.0","type":"t","source":"\#(source)","id":"\#(id)"}"#
            return try CloudEventsFixture.read(
                CloudEventsFixture.structured(json), ["type=t kind=observation asset=a"]
            ).items.first?.eventID
        }
        #expect(try id("/a", "1") == id("/a", "1"))
        #expect(
            try Set([id("/a", "1"), id("/a", "2"), id("/b", "1"), id("/", "a1"), id("/a1", "1")]).count
                == 5)
        let one = try #require(try id("/a", "1"))
        #expect(one.high >> 12 & 0xf == 8 && one.low >> 62 == 2)
    }

    @Test(
        "has no mapping with a mistake: the start is refused with a sentence",
        arguments: [
            ("", "type is missing"), ("type=t", "kind is missing"),
            ("type=t kind=observation", "asset is missing"),
            ("type=t kind=observed asset=a", "kind must be one of"),
            ("type=t kind=observatio asset=a", "did you mean observation?"),
            ("type=t kind=void asset=a", "kind must be one of"),
            ("type=io.assetlog.x kind=observation asset=a", "need no mapping"),
            ("type=t kind=observation asset=a asset=b", "asset is there twice"),
            ("type=t kind=observation asset=", "asset has no value"),
            ("type=t kind=observation asset=a partitoin={id}", "did you mean partition?"),
            ("loaded -> observation", "not of the form name=value"),
            ("type=t kind=observation asset=a check=c", "check is for the kind check"),
            ("type=t kind=check asset=a check=c", "passed is missing"),
            ("type=t kind=check asset=a passed={data.x}", "check is missing"),
            ("type=t kind=check asset=a check=c passed={data.x}!", "passed must be"),
            (
                "type=t kind=check asset=a check=c passed={data.x} version={id}",
                "version is for the kinds"
            ),
            ("type=t kind=observation asset=a message={id}", "message is for the kinds"),
            ("type=t kind=observation asset={data.x", "not closed"),
            ("type=t kind=observation asset=data.x}", "not opened"),
            ("type=t kind=observation asset={Data}", "neither an attribute"),
            ("type=t kind=observation asset={data..x}", "neither an attribute"),
            ("type=t kind=observation asset={}", "neither an attribute"),
            ("type=t kind=observation asset=a//b", "empty part"),
            ("type=t kind=observation asset=x{subject:/}", "must be a part of its own"),
            ("type=t kind=observation asset={subject:}", "must be a part of its own"),
            ("type=t kind=observation asset=a metadata=x", "one value such as"),
            (#"type=t kind=observation asset="a"#, "a quote is not closed"),
        ])
    func mistakes(_ mapping: String, _ sentence: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try CloudEventsFixture.setup(["type=t kind=observation asset=a", mapping])
        }
        #expect(
            error?.description.hasPrefix("receivers.cloudevents.mappings has a mistake in mapping 2: ")
                == true)
        #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
    }
}
#endif

import AssetlogCatalog

// What the catalog answers.
extension OpenAPIDocument {
    static let catalogSchemas = [catalogParts, assetSchemas, partitionSchemas, checkSchemas, seriesSchemas, overviewSchemas]
        .joined(separator: ",")

    private static let asOf = #"""
        "as_of": {"description": "The sequence up to which this is true", "type": "integer", "format": "int64", "minimum": 0}
        """#
    private static let next = #"""
        "next": {"description": "The `after` of the next page; null: there is none", "type": ["string", "null"]}
        """#
    private static let key = ##""asset_key": {"$ref": "#/components/schemas/AssetKey"}"##
    private static let state = ##""state": {"$ref": "#/components/schemas/AssetStateWord"}"##
    private static let since = ##""since": {"$ref": "#/components/schemas/Time"}"##
    private static let count = #"{"type": "integer", "minimum": 0}"#

    private static func latest(_ name: String, _ schema: String = "LatestEvent") -> String {
        ##""\##(name)": {"oneOf": [{"$ref": "#/components/schemas/\##(schema)"}, {"type": "null"}]}"##
    }

    private static func counts(_ names: [String]) -> String { names.map { "\"\($0)\": \(count)" }.joined(separator: ",") }
    private static let states = AssetState.allCases.map(\.name)

    private static let catalogParts = #"""
        "AssetStateWord": {
          "description": "The state of an asset or a partition: the worst that holds, in this order", "type": "string",
          "enum": \#(OpenAPIText.strings(states))
        },
        "StateCounts": {
          "type": "object", "description": "How many are in each state", "required": \#(OpenAPIText.strings(states)),
          "properties": {"total": \#(count), \#(counts(states))}, "additionalProperties": true
        },
        "CheckCounts": {
          "type": "object", "description": "How many checks have each latest result",
          "required": ["total", "failed", "warned", "passed"],
          "properties": {\#(counts(["total", "failed", "warned", "passed"]))}, "additionalProperties": true
        },
        "KindCounts": {
          "type": "object", "description": "How many events there were of each kind; kinds without an event are left out",
          "additionalProperties": \#(count)
        },
        "EventReference": {
          "type": "object", "description": "Where an event is", "required": ["event_id", "sequence", "timestamp"],
          "properties": {\#(reference)}, "additionalProperties": true
        },
        "LatestEvent": {
          "type": "object", "description": "The latest event of a kind",
          "required": ["event_id", "sequence", "timestamp", "partition", "data_version", "reported_by"],
          "properties": {\#(latestMembers)}, "additionalProperties": true
        }
        """#

    private static let reference = #"""
        "event_id": {"$ref": "#/components/schemas/EventID"},
        "sequence": {"type": "integer", "format": "int64", "minimum": 1}, "timestamp": {"$ref": "#/components/schemas/Time"}
        """#

    private static let latestMembers = #"""
        \#(reference), "partition": {"type": ["string", "null"]}, "data_version": {"type": ["string", "null"]},
        "reported_by": {"type": ["string", "null"]},
        "reason": {"description": "Of a failure or a skip", "type": ["string", "null"]},
        "message": {"description": "Of a failure or a skip: the beginning of its message", "type": ["string", "null"]}
        """#

    private static let assetSchemas = #"""
        "AssetList": {
          "type": "object", "required": ["assets", "next", "counts", "as_of"], "additionalProperties": true,
          "properties": {
            "assets": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/AssetSummary"}},
            \#(next), "counts": {"$ref": "#/components/schemas/StateCounts"}, \#(asOf)
          }
        },
        "AssetSummary": {
          "type": "object", "description": "An asset in short", "additionalProperties": true,
          "required": ["asset_key", "state", "since", "last_seen", "materialization", "partitions", "checks", "tags"],
          "properties": {\#(summaryMembers)}
        },
        "AssetDetails": {
          "type": "object", "description": "What is known about an asset", "additionalProperties": true,
          "required": [
            "deployment", "asset_key", "state", "since", "first_seen", "last_seen", "counts", "materialization", "observation", "failure",
            "started", "skipped", "data_version", "description", "partitions", "checks", "tags", "labels", "upstream", "downstream",
            "as_of"
          ],
          "properties": {
            \#(summaryMembers), "deployment": {"type": "string"}, "first_seen": {"$ref": "#/components/schemas/Time"},
            "counts": {"$ref": "#/components/schemas/KindCounts"}, \#(latest("observation")), \#(latest("failure")),
            \#(latest("started")), \#(latest("skipped")),
            "data_version": {
              "oneOf": [
                {
                  "type": "object", "required": ["value", "since"], "additionalProperties": true,
                  "properties": {"value": {"type": "string"}, \#(since)}
                },
                {"type": "null"}
              ]
            },
            "description": {"description": "The latest one", "type": ["string", "null"]},
            "labels": {"description": "The labels of its numeric metadata", "type": "array", "items": {"type": "string"}},
            "upstream": {
              "description": "What it was made from, by the latest event that says so", "type": "array",
              "items": {"$ref": "#/components/schemas/AssetKey"}
            },
            "downstream": {
              "description": "What was made from it", "type": "array", "items": {"$ref": "#/components/schemas/AssetKey"}
            },
            \#(asOf)
          }
        }
        """#

    private static let summaryMembers = #"""
        \#(key), \#(state), \#(since), "last_seen": {"$ref": "#/components/schemas/Time"}, \#(latest("materialization")),
        "partitions": {"$ref": "#/components/schemas/StateCounts"}, "checks": {"$ref": "#/components/schemas/CheckCounts"},
        "tags": {"description": "The latest ones", "type": "object", "additionalProperties": {"type": "string"}}
        """#

    private static let partitionSchemas = #"""
        "PartitionAnswer": {
          "type": "object", "description": "`partitions` and `next`, or `summary`", "required": ["as_of"],
          "additionalProperties": true,
          "properties": {
            "partitions": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/Partition"}}, \#(next),
            "summary": {"$ref": "#/components/schemas/PartitionSummary"}, \#(asOf)
          }
        },
        "Partition": {
          "type": "object", "description": "A partition of an asset", "additionalProperties": true,
          "required": ["partition", "state", "materialization", "observation", "failure", "started", "skipped", "count"],
          "properties": {
            "partition": {"type": "string"}, \#(state), \#(["materialization", "observation", "failure", "started", "skipped"]
                .map { latest($0, "EventReference") }.joined(separator: ",")), "count": \#(count)
          }
        },
        "PartitionSummary": {
          "type": "object", "description": "The partitions of an asset, counted", "additionalProperties": true,
          "required": \#(OpenAPIText.strings(["total"] + states + ["ranges", "missing", "is_cut"])),
          "properties": {
            "total": \#(count), \#(counts(states)),
            "ranges": {
              "description": "Consecutive dates in one state; a partition that is no date is a range of its own",
              "type": "array", "items": {
                "type": "object", "required": ["from", "to", "state", "count"], "additionalProperties": true,
                "properties": {"from": {"type": "string"}, "to": {"type": "string"}, \#(state), "count": \#(count)}
              }
            },
            "missing": {
              "description": "Dates between the first and the last that no partition has", "type": "array", "items": {
                "type": "object", "required": ["from", "to"], "additionalProperties": true,
                "properties": {"from": {"type": "string"}, "to": {"type": "string"}}
              }
            },
            "is_cut": {"description": "Whether there are more ranges or missing dates than are listed", "type": "boolean"}
          }
        }
        """#

    private static let checkSchemas = #"""
        "CheckList": {
          "type": "object", "required": ["checks", "next", "as_of"], "additionalProperties": true,
          "properties": {
            "checks": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/CheckRow"}}, \#(next), \#(asOf)
          }
        },
        "CheckRow": {
          "type": "object", "description": "A check with its latest result", "additionalProperties": true,
          "required": [
            "check_name", "partition", "passed", "severity", "blocking", "since", "timestamp", "event_id", "sequence", "passes",
            "failures"
          ],
          "properties": {
            \#(key), "check_name": {"type": "string"}, "partition": {"type": ["string", "null"]}, "passed": {"type": "boolean"},
            "severity": {"$ref": "#/components/schemas/Severity"}, "blocking": {"type": ["boolean", "null"]},
            \#(since), \#(reference), "passes": \#(count), "failures": \#(count)
          }
        }
        """#

    private static let seriesSchemas = #"""
        "Series": {
          "type": "object", "description": "`points`, or `buckets` where there are more", "required": ["label", "as_of"],
          "additionalProperties": true,
          "properties": {
            "label": {"type": "string"},
            "points": {"type": "array", "maxItems": 5000, "items": {"$ref": "#/components/schemas/SeriesPoint"}},
            "buckets": {"type": "array", "maxItems": 5000, "items": {"$ref": "#/components/schemas/SeriesBucket"}}, \#(asOf)
          }
        },
        "SeriesPoint": {
          "type": "object", "description": "The value of an event", "required": ["timestamp", "value", "partition", "sequence"],
          "additionalProperties": true,
          "properties": {
            "timestamp": {"$ref": "#/components/schemas/Time"}, "value": {"type": ["number", "null"]},
            "partition": {"type": ["string", "null"]}, "sequence": {"type": "integer", "format": "int64", "minimum": 1}
          }
        },
        "SeriesBucket": {
          "type": "object", "description": "What the values of a span of time come to", "additionalProperties": true,
          "required": ["from", "to", "count", "min", "max", "mean", "last"],
          "properties": {
            "from": {"$ref": "#/components/schemas/Time"}, "to": {"$ref": "#/components/schemas/Time"},
            "count": {"type": "integer", "minimum": 1}, "min": {"type": "number"}, "max": {"type": "number"},
            "mean": {"type": ["number", "null"]}, "last": {"type": "number"}
          }
        }
        """#

    private static let overviewSchemas = #"""
        "Overview": {
          "type": "object", "required": ["states", "events_per_hour", "failing_checks", "latest_failures", "as_of"],
          "additionalProperties": true,
          "properties": {
            "states": {"$ref": "#/components/schemas/StateCounts"},
            "events_per_hour": {
              "description": "The present hour and the 48 before", "type": "array", "items": {
                "type": "object", "required": ["hour", "counts"], "additionalProperties": true,
                "properties": {"hour": {"$ref": "#/components/schemas/Time"}, "counts": {"$ref": "#/components/schemas/KindCounts"}}
              }
            },
            "failing_checks": {"type": "array", "items": {"$ref": "#/components/schemas/CheckRow"}},
            "latest_failures": {
              "type": "array", "items": {
                "type": "object", "required": ["asset_key", "event_id", "sequence", "timestamp", "partition", "reason", "message"],
                "additionalProperties": true, "properties": {\#(key), \#(latestMembers)}
              }
            },
            \#(asOf)
          }
        }
        """#
}

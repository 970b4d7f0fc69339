// Metadata as it is submitted: plain, in the form of Dagster Pipes, or as it is read back.
extension OpenAPIDocument {
    static let submittedMetadata = #"""
        "SubmittedMetadata": {
          "description": "Plain JSON, whose type is inferred; or a value with its type, as `raw_value` or `value`",
          "anyOf": [
            {"type": ["string", "number", "boolean", "null", "array"]},
            {"$ref": "#/components/schemas/TypedMetadata"},
            {"type": "object", "not": {"$ref": "#/components/schemas/TypedForm"}}
          ]
        },
        "TypedForm": {
          "type": "object", "description": "An object with a type", "required": ["type"], "minProperties": 2, "maxProperties": 2,
          "additionalProperties": false, "properties": {"type": {}, "value": {}, "raw_value": {}}
        },
        "TypedMetadata": {
          "anyOf": [\#(typedForms.map(typedMetadata).joined(separator: ","))]
        },
        "SubmittedColumns": {
          "type": "array", "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
        },
        "SubmittedTableSchema": {
          "type": "object", "required": ["columns"], "properties": {"columns": {"$ref": "#/components/schemas/SubmittedColumns"}}
        },
        "SubmittedTable": {
          "type": "object", "required": ["records", "schema"],
          "properties": {
            "records": {"type": "array", "items": {"type": "object"}},
            "schema": {
              "anyOf": [{"$ref": "#/components/schemas/SubmittedColumns"}, {"$ref": "#/components/schemas/SubmittedTableSchema"}]
            }
          }
        },
        "SubmittedLineage": {
          "type": "object", "required": ["deps_by_column"],
          "properties": {
            "deps_by_column": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "object"}}}
          }
        }
        """#

    private static let typedForms = [
        (["text", "url", "path", "notebook", "md", "dagster_run"], #"{"type": "string"}"#),
        (["int"], #"{"type": "integer"}"#),
        (["float"], #"{"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}"#),
        (["bool"], #"{"type": "boolean"}"#), (["null"], #"{"type": "null"}"#), (["json", "__infer__"], "{}"),
        (["timestamp"], #"{"type": "number"}"#),
        (
            ["asset"],
            ##"{"anyOf": [{"$ref": "#/components/schemas/Text"}, {"$ref": "#/components/schemas/AssetKey"}]}"##
        ),
        (["table"], ##"{"$ref": "#/components/schemas/SubmittedTable"}"##),
        (["table_schema"], ##"{"$ref": "#/components/schemas/SubmittedTableSchema"}"##),
        (["table_column_lineage"], ##"{"$ref": "#/components/schemas/SubmittedLineage"}"##),
    ]

    private static func typedMetadata(_ types: [String], _ value: String) -> String {
        #"""
        {
          "type": "object", "required": ["type"], "minProperties": 2, "maxProperties": 2, "additionalProperties": false,
          "properties": {"type": {"enum": \#(OpenAPIText.strings(types))}, "value": \#(value), "raw_value": \#(value)}
        }
        """#
    }
}

// Metadata as it is submitted: plain, in the form of Dagster Pipes, or as it is read back.
extension OpenAPIDocument {
    static let submittedMetadata = #"""
        "SubmittedMetadataValue": {
          "description": "Plain JSON, whose type is inferred; or `{\"type\": …, \"raw_value\": …}`, a value that says its type, also with `value`",
          "if": \#(typedForm),
          "then": {\#(OpenAPIText.cases(typedForms.map(typedMetadata), otherwise: #""not": {}"#))}
        }
        """#

    // An object with a type.
    private static let typedForm = #"""
        {
          "type": "object", "required": ["type"], "minProperties": 2, "maxProperties": 2, "additionalProperties": false,
          "properties": {"type": {}, "value": {}, "raw_value": {}}
        }
        """#

    private static let columns = #"""
        {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}}
        """#

    private static let tableSchema = #"{"type": "object", "required": ["columns"], "properties": {"columns": \#(columns)}}"#

    private static let table = #"""
        {
          "type": "object", "required": ["records", "schema"],
          "properties": {
            "records": {"type": "array", "items": {"type": "object"}}, "schema": {"anyOf": [\#(columns), \#(tableSchema)]}
          }
        }
        """#

    private static let lineage = #"""
        {
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
        (["bool"], #"{"type": "boolean"}"#), (["null"], #"{"const": null}"#), (["json", "__infer__"], "{}"),
        (["timestamp"], #"{"type": "number"}"#),
        (
            ["asset"],
            ##"{"anyOf": [{"$ref": "#/components/schemas/Text"}, {"$ref": "#/components/schemas/AssetKey"}]}"##
        ),
        (["table"], table), (["table_schema"], tableSchema), (["table_column_lineage"], lineage),
    ]

    private static func typedMetadata(_ types: [String], _ value: String) -> (condition: String, schema: String) {
        (
            #"{"properties": {"type": {"enum": \#(OpenAPIText.strings(types))}}}"#,
            #"{"properties": {"value": \#(value), "raw_value": \#(value)}}"#
        )
    }
}

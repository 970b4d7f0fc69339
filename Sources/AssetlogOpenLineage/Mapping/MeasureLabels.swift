/// Which labels of an event's metadata say something that a facet has a place for. Of several the first counts.
///
/// README.md of the exporter has this table for people; a test compares the two.
public enum MeasureLabels {
    /// Whole numbers, at least 0: how many rows. What is known of the partition goes before what is known of the whole table.
    public static let rowCount = ["dagster/partition_row_count", "rows", "row_count", "dagster/row_count"]
    /// Whole numbers, at least 0: how many bytes.
    public static let byteCount = ["size_bytes", "bytes"]
    /// Whole numbers, at least 0: how many files.
    public static let fileCount = ["files", "file_count"]
    /// Unix seconds: when the data was changed last.
    public static let lastUpdated = ["dagster/last_updated_timestamp"]
    /// Objects with `columns`: the schema.
    public static let schema = ["dagster/column_schema"]
    /// Texts: the column that a check looked at.
    public static let column = ["column"]
    /// Texts, numbers and truth values: what a check expected.
    public static let expected = ["expected"]
    /// Texts, numbers and truth values: what a check found.
    public static let actual = ["actual", "observed"]
}

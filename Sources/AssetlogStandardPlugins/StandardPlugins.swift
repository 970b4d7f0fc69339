public import AssetlogCore
import AssetlogMemoryStorage

#if Dagster
import AssetlogDagsterExporter
#endif
#if JSONLines
import AssetlogJSONLinesExporter
#endif
#if Postgres
import AssetlogPostgresStorage
#endif
#if SQLite
import AssetlogSQLiteStorage
#endif

extension PluginList {
    /// The plugins of the standard build: every one whose package trait is on.
    public static var standard: PluginList {
        var list = PluginList()
        #if SQLite
        list = list.adding(.sqlite)
        #endif
        #if Postgres
        list = list.adding(.postgres)
        #endif
        list = list.adding(.memory)
        #if JSONLines
        list = list.adding(.jsonLines)
        #endif
        #if Dagster
        list = list.adding(.dagster)
        #endif
        return list
    }
}

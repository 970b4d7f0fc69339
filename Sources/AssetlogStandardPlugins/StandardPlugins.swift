public import AssetlogCore
import AssetlogMemoryStorage

#if CloudEventsReceiver
import AssetlogCloudEventsReceiver
#endif
#if DagsterDatabase
import AssetlogDagsterDatabaseExporter
#endif
#if Dagster
import AssetlogDagsterExporter
#endif
#if DbtReceiver
import AssetlogDbtReceiver
#endif
#if JSONLines
import AssetlogJSONLinesExporter
#endif
#if OpenLineage
import AssetlogOpenLineageExporter
#endif
#if OpenLineageReceiver
import AssetlogOpenLineageReceiver
#endif
#if Postgres
import AssetlogPostgresStorage
#endif
#if SQLite
import AssetlogSQLiteStorage
#endif
#if Webhook
import AssetlogWebhookExporter
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
        #if DagsterDatabase
        list = list.adding(.dagsterDatabase)
        #endif
        #if OpenLineage
        list = list.adding(.openLineage)
        #endif
        #if Webhook
        list = list.adding(.webhook)
        #endif
        #if OpenLineageReceiver
        list = list.adding(.openLineageReceiver)
        #endif
        #if DbtReceiver
        list = list.adding(.dbtReceiver)
        #endif
        #if CloudEventsReceiver
        list = list.adding(.cloudEventsReceiver)
        #endif
        return list
    }
}

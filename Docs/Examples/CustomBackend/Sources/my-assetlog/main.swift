// The standard server with two more plugins: a custom build needs no more than this file.
import AssetlogApp
import AssetlogStandardPlugins
import CSVExporter
import FlatFileStorage

await Assetlog.main(plugins: .standard.adding(.flatFile).adding(.csv))

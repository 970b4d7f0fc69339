// A server with two plugins more than the standard one: this file is all there is to a custom build.
import AssetlogApp
import AssetlogStandardPlugins
import CSVExporter
import FlatFileStorage

await Assetlog.main(plugins: .standard.adding(.flatFile).adding(.csv))

// The standard server with three more plugins: a custom build needs no more than this file.
import AssetlogApp
import AssetlogStandardPlugins
import CSVExporter
import CSVReceiver
import FlatFileStorage

await Assetlog.main(plugins: .standard.adding(.flatFile).adding(.csv).adding(.csvReceiver))

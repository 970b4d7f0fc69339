import AssetlogApp
import AssetlogCore
import AssetlogStandardPlugins

await Assetlog.main(plugins: .standard.adding(.null))

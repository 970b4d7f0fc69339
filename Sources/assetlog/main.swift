// The program is this list of plugins. For a build of your own, make a package that depends on assetlog, copy this
// file, and add your storage or exporter to the list:
//
//     import AssetlogApp
//     import AssetlogStandardPlugins
//     import MyExporter
//
//     await Assetlog.main(plugins: .standard.adding(.myExporter))
//
// Docs/Plugins.md explains how, Docs/Examples/CustomBackend is such a package.
import AssetlogApp
import AssetlogStandardPlugins

await Assetlog.main(plugins: .standard)

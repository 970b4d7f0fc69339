import AssetlogCore

extension PathScheme {
    /// Reads the keys about paths and reports. What is wrong is noted.
    init(prefix: String, _ server: SectionValues, _ deployments: SectionValues, _ report: SectionValues) {
        self.init(
            prefix: prefix, deployments: deployments.names(DeploymentKeys.declared, label: "a deployment"),
            createsDeployments: deployments[DeploymentKeys.createOnFirstUse],
            hasReportExtensions: report[ReportKeys.extensions], isReadOnly: server[ListenerKeys.readOnly])
    }
}

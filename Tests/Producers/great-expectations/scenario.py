"""What Great Expectations finds in a frame, as to_json_dict() of its results says it, and what the log has of it.

    RECORD=Tests/AssetlogResultsTests/Fixtures/great-expectations Tests/Producers/run great-expectations
"""
import json

import great_expectations as gx
import pandas
from producing import added, assetlog, equal, finish, keep, same, serving

# (check, passed, severity, failures, observed value)
EXPECTED = {
    ("expect_column_values_to_not_be_null_customer", False, "WARN", 1, None),
    ("expect_column_values_to_be_unique_id", False, "ERROR", 2, None),
    ("expect_table_row_count_to_be_between", True, "ERROR", None, 3),
    ("expect_column_values_to_not_be_null_no_such_column", False, "WARN", None, None),
    ("amount is sane", False, "ERROR", None, 30.0),
    ("expect_column_max_to_be_between_amount_max_value_40_0", True, "ERROR", None, 30.0),
    ("expect_column_max_to_be_between_amount_max_value_25_0", False, "ERROR", None, 30.0),
}


def results():
    """The same validation, by itself and in a checkpoint."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    frame = pandas.DataFrame({"id": [1, 2, 2], "customer": ["ann", None, "bob"], "amount": [10.5, 20, 30]})
    asset = context.data_sources.add_pandas("shop").add_dataframe_asset("orders")
    batch = asset.add_batch_definition_whole_dataframe("all")
    suite = context.suites.add(gx.ExpectationSuite("orders_suite"))
    of = gx.expectations
    for expectation in (
        of.ExpectColumnValuesToNotBeNull(column="customer", severity="warning"),
        of.ExpectColumnValuesToBeUnique(column="id"),
        of.ExpectTableRowCountToBeBetween(min_value=1, max_value=10),
        of.ExpectColumnValuesToNotBeNull(column="no_such_column", severity="info"),
        of.ExpectColumnMaxToBeBetween(column="amount", max_value=20, meta={"name": "amount is sane"}),
        of.ExpectColumnMaxToBeBetween(column="amount", max_value=40),
        of.ExpectColumnMaxToBeBetween(column="amount", max_value=25),
    ):
        suite.add_expectation(expectation)
    definition = context.validation_definitions.add(gx.ValidationDefinition(name="orders_validation", data=batch, suite=suite))
    parameters = {"dataframe": frame}
    one = definition.run(batch_parameters=parameters, result_format="SUMMARY").to_json_dict()
    checkpoint = context.checkpoints.add(gx.Checkpoint(name="nightly", validation_definitions=[definition]))
    run = checkpoint.run(batch_parameters=parameters)
    return one, {str(name): result.to_json_dict() for name, result in run.run_results.items()}


def rows(events):
    def value(event, label):
        return event["metadata"].get(label, {}).get("value")
    return {(e["check_name"], e["passed"], e["severity"], value(e, "failures"), value(e, "observed")) for e in events}


with serving() as (server, folder):
    one, several = results()
    for name, content in {"one": one, "object": several, "list": list(several.values())}.items():
        with open(f"{folder}/{name}.json", "w") as file:
            json.dump(content, file, indent=1)
        keep(f"{name}.json", open(f"{folder}/{name}.json").read(), folder)
    events, result = added(server, lambda: assetlog(server, "report", "great-expectations", f"{folder}/one.json"))
    equal("exit code", result.returncode, 0)
    equal("the asset", {tuple(event["asset_key"]) for event in events}, {("orders",)})
    equal("the time", {event["timestamp"][:19] for event in events}, {one["meta"]["validation_time"][:19]})
    same("a result", rows(events), EXPECTED)
    events, result = added(server, lambda: assetlog(server, "report", "great-expectations", f"{folder}/one.json"))
    equal("a repeat records nothing", (result.returncode, len(events)), (0, 0))
    events, result = added(server, lambda: assetlog(server, "report", "great-expectations", f"{folder}/object.json"))
    same("a checkpoint", rows(events), EXPECTED)
    events, result = added(server, lambda: assetlog(server, "report", "great-expectations", f"{folder}/list.json"))
    equal("a list of the same results records nothing", (result.returncode, len(events)), (0, 0))
    events, result = added(server, lambda: assetlog(
        server, "report", "great-expectations", "--asset", "warehouse/orders", f"{folder}/one.json"))
    equal("an asset can be named", {tuple(event["asset_key"]) for event in events}, {("warehouse", "orders")})
finish()

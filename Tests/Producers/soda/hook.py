# <soda-hook>
import json, sys
from soda_core.contracts.api.verify_api import verify_contract_locally

session = verify_contract_locally(data_source_file_path=sys.argv[1], contract_file_path=sys.argv[2])
results = [{"data_source": r.contract.data_source_name, "dataset": r.contract.dataset_name,
            "contract": r.contract.soda_qualified_dataset_name, "started": r.started_timestamp, "ended": r.ended_timestamp,
            "checks": [{"path": c.check.relative_path, "name": c.check.name, "type": c.check.type, "column": c.check.column_name,
                        "outcome": c.outcome.value, "value": c.threshold_value, "diagnostics": c.diagnostic_metric_values,
                        "expected": c.check.threshold and {k: v for k, v in vars(c.check.threshold).items() if v is not None}}
                       for c in r.check_results]} for r in session.contract_verification_results]
json.dump(results, open(sys.argv[3], "w"), default=str)
# </soda-hook>

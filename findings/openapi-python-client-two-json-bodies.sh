#!/usr/bin/env bash
# openapi-python-client 0.29.0: of a required body that has two content types of JSON, one of them an array, it makes a module that
# can't be imported: the annotation of `body` says `Unset`, which the module does not import. The document is valid OpenAPI 3.1, and the
# generator ends with 0 and without a warning.
# Seen: "NameError: name 'Unset' is not defined"; with the array alone the module is imported.
#
# Ends with 0 while it is so, with 1 when it has changed, with 77 when the packages can't be had.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install -q openapi-python-client==0.29.0 openapi-spec-validator==0.7.2 ||
    { echo "the packages can't be had"; exit 77; }
object='{"type": "object", "additionalProperties": true}'
document() {
    cat <<END
{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"post": {"operationId": "sendIt",
 "requestBody": {"required": true, "content": {$1}}, "responses": {"200": {"description": "done"}}}}}}
END
}
# Generates a client of the document, and imports the module of its operation.
client() {
    document "$2" >"$folder/$1.json"
    "$folder/venv/bin/python" -c "
import json, sys, openapi_spec_validator
openapi_spec_validator.validate(json.load(open(sys.argv[1])))" "$folder/$1.json"
    "$folder/venv/bin/openapi-python-client" generate --path "$folder/$1.json" --meta none --output-path "$folder/$1" >"$folder/$1.log" 2>&1
    if grep -q WARNING "$folder/$1.log"; then
        echo "CHANGED: the generator warns now"
        exit 1
    fi
    (cd "$folder" && "$folder/venv/bin/python" -c "import $1.api.default.send_it" 2>&1 | tail -1) || true
}
array="\"application/a+json\": {\"schema\": {\"type\": \"array\", \"items\": $object}}"
alone=$(client alone "$array")
both=$(client both "$array, \"application/b+json\": {\"schema\": $object}")
echo "the array alone: ${alone:-imported}"
echo "both: ${both:-imported}"
[ -z "$alone" ] || { echo "CHANGED: the array alone can't be imported either"; exit 1; }
[[ $both == *"name 'Unset' is not defined"* ]] || { echo "CHANGED: the module of two bodies can be imported"; exit 1; }

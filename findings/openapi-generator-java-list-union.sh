#!/usr/bin/env bash
# openapi-generator 7.26.0, generator `java`, library `native`: a schema that is an object or a list of such objects (anyOf with an
# array) becomes a class that is no Java. The input is a valid document of OpenAPI 3.0.3; the generator ends with 0 and says
# no error. Seen: `tree.traverse(jp.getCodec()).readValueAs(List<Item>.class)`, which javac refuses: "<identifier> expected".
#
# Ends with 0 while it is so, with 1 when it has changed, with 77 when the tools can't be had. Needs Java 11 or newer with javac.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
command -v java >/dev/null && command -v javac >/dev/null || { echo "there is no Java here"; exit 77; }
python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install -q openapi-generator-cli==7.26.0 || { echo "the package can't be had"; exit 77; }
jar=$(find "$folder/venv" -name openapi-generator.jar)
cat >"$folder/openapi.json" <<'END'
{"openapi": "3.0.3", "info": {"title": "t", "version": "1"},
 "paths": {"/": {"post": {"operationId": "send",
   "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}},
   "responses": {"204": {"description": "done"}}}}},
 "components": {"schemas": {
   "Item": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
   "Body": {"anyOf": [{"$ref": "#/components/schemas/Item"}, {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}]}}}}
END
java -jar "$jar" validate -i "$folder/openapi.json"
java -jar "$jar" generate -g java --library native -p openApiNullable=false -i "$folder/openapi.json" -o "$folder/out" >"$folder/log" 2>&1
body=$folder/out/src/main/java/org/openapitools/client/model/Body.java
grep -n 'readValueAs(List<Item>.class)' "$body" || { echo "CHANGED: the class no longer has that expression"; exit 1; }
complaint=$(javac -proc:none -d "$folder/classes" "$body" 2>&1 || true)
grep -F -m 3 '<identifier> expected' <<<"$complaint" || { echo "CHANGED: javac has another complaint, or none"; exit 1; }

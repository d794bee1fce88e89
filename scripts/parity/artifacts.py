"""Reads JSON artifacts as other programs read them.

Standard input: one JSON object per line, {"name", "path", "schema"}; `schema` is a file or null.
Standard output: one JSON object per line, {"name", "parser", "schema"}: "ok" or what went wrong, schema null where none was given.
"""

import json
import sys

from dbt_artifacts_parser import parser
from jsonschema import Draft202012Validator

READERS = {
    "manifest": parser.parse_manifest,
    "run_results": parser.parse_run_results,
    "catalog": parser.parse_catalog,
    "sources": parser.parse_sources,
}


def short(error):
    return " ".join(str(error).split())[:400]


def parsed(kind, artifact):
    try:
        READERS[kind](artifact)
        return "ok"
    except Exception as error:  # any refusal is a finding, whatever its class
        return short(error)


def valid(path, artifact):
    with open(path) as file:
        schema = json.load(file)
    errors = [
        short(f"{'.'.join(map(str, e.absolute_path))}: {e.message}")
        for e in Draft202012Validator(schema).iter_errors(artifact)
    ]
    return "ok" if not errors else f"{len(errors)} errors: {'; '.join(sorted(errors)[:5])}"


for line in sys.stdin:
    asked = json.loads(line)
    with open(asked["path"]) as file:
        artifact = json.load(file)
    schema = asked["schema"] and valid(asked["schema"], artifact)
    print(json.dumps({"name": asked["name"], "parser": parsed(asked["kind"], artifact), "schema": schema}), flush=True)

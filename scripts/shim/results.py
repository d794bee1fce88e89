"""What dbt's own `run_dbt` returns, rebuilt with dbt's classes from the files that `etl` left in the target folder."""

import json
import os
import re

import yaml
from dbt.artifacts.schemas.batch_results import BatchResults
from dbt.artifacts.schemas.catalog import CatalogArtifact
from dbt.artifacts.schemas.freshness import PartialSourceFreshnessResult, SourceFreshnessResult
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.artifacts.schemas.results import FreshnessStatus, RunStatus, TestStatus, TimingInfo
from dbt.artifacts.schemas.run import RunExecutionResult, RunResult, RunResultsArtifact
from dbt.contracts.graph.manifest import Manifest
from dbt.version import __version__


class Results(list, RunExecutionResult):
    """A list of results that also is, and answers to, what dbt's runner hands out."""

    def __init__(self, results, elapsed_time=0.0, args=None):
        super().__init__(results)
        self.results = results
        self.elapsed_time = elapsed_time
        self.args = args or {}


def value_after(args, *names):
    """The value of an option in a command line, written `--x v` or `--x=v`; None when it is not there."""
    for i, arg in enumerate(args):
        for name in names:
            if arg == name and i + 1 < len(args):
                return args[i + 1]
            if str(arg).startswith(f"{name}="):
                return arg.split("=", 1)[1]
    return None


def target_dir(args, env, project_dir):
    """The folder that the artifacts go to: option, environment, project file, `target`."""
    chosen = value_after(args, "--target-path") or env.get("DBT_TARGET_PATH") or env.get("DBT_ENGINE_TARGET_PATH")
    if not chosen:
        try:
            with open(os.path.join(project_dir, "dbt_project.yml")) as file:
                chosen = (yaml.safe_load(file) or {}).get("target-path")
        except (OSError, yaml.YAMLError, AttributeError):
            chosen = None
    return os.path.join(project_dir, str(chosen or "target"))


def fingerprint(path):
    """Tells whether a file was written again, also within one tick of the clock."""
    try:
        stat = os.stat(path)
        return (stat.st_mtime_ns, stat.st_ino, stat.st_size)
    except OSError:
        return None


def read_manifest(target):
    """The manifest that `etl` wrote, as the object that dbt holds in memory; None when there is none."""
    path = os.path.join(target, "manifest.json")
    if not os.path.exists(path):
        return None
    with open(path) as file:
        written = json.load(file)
    # dbt holds it in memory as it was made: what it would mend in files of older versions stays as it is
    written["metadata"]["dbt_version"] = __version__
    manifest = Manifest.from_writable_manifest(WritableManifest.upgrade_schema_version(written))
    manifest.files = _schema_files(manifest)
    return manifest


class _SchemaFile:
    """A property file with the tests that stand in it."""

    def __init__(self):
        self.tests = {}

    def get_tests(self, section, name):
        return self.tests.get(f"{section}.{name}", [])


def _schema_files(manifest):
    """What the manifest tells of the property files: dbt keeps more of them, in its private cache."""
    files = {}
    for node in manifest.nodes.values():
        patch = getattr(node, "patch_path", None)
        if patch:
            files.setdefault(patch, _SchemaFile())
        key = getattr(node, "file_key_name", None)
        if key:
            file = files.setdefault(f"{node.package_name}://{node.original_file_path}", _SchemaFile())
            file.tests.setdefault(key, []).append(node.unique_id)
    return files


def get_manifest(project_root):
    """In the place of dbt's function of this name, which looks for its private cache first."""
    return read_manifest(os.path.join(project_root, "target"))


def _nodes(manifest):
    if manifest is None:
        return {}
    kinds = (manifest.nodes, manifest.sources, manifest.exposures, manifest.unit_tests, manifest.functions)
    return {key: node for kind in kinds for key, node in kind.items()}


class _Absent:
    """Stands for a node that the manifest does not hold: a hook, an inline query."""

    def __init__(self, unique_id):
        kind, _, rest = unique_id.partition(".")
        self.unique_id = unique_id
        self.name = rest.split(".")[-1]
        self.resource_type = kind
        self.compiled_code = ""


def _timing(entry):
    return [TimingInfo.from_dict(t) for t in entry.get("timing") or []]


def _result(entry, node):
    # a test that was only compiled is a success, not a pass
    is_test = entry["unique_id"].split(".")[0] in ("test", "unit_test") and entry["status"] != "success"
    batches = entry.get("batch_results")
    if entry.get("compiled_code") and hasattr(node, "compiled_code"):
        node.compiled_code = entry["compiled_code"]
    return RunResult(
        node=node,
        status=(TestStatus if is_test else RunStatus)(entry["status"]),
        timing=_timing(entry),
        thread_id=entry["thread_id"],
        execution_time=entry["execution_time"],
        adapter_response=entry["adapter_response"],
        message=entry["message"],
        failures=entry["failures"],
        batch_results=BatchResults.from_dict(batches) if batches else None,
    )


def run_results(target):
    """The results of the last run: a list of dbt's RunResult."""
    with open(os.path.join(target, "run_results.json")) as file:
        written = json.load(file)
    nodes = _nodes(read_manifest(target))
    if written["args"].get("which") == "run-operation":
        # dbt hands out the artifact itself here: results without their nodes
        return RunResultsArtifact.read_and_check_versions(os.path.join(target, "run_results.json"))
    results = [_result(e, nodes.get(e["unique_id"]) or _Absent(e["unique_id"])) for e in written["results"]]
    return Results(results, written["elapsed_time"], written["args"])


def freshness_results(target, args):
    """The results of `source freshness`."""
    path = value_after(args, "--output", "-o") or os.path.join(target, "sources.json")
    with open(path) as file:
        written = json.load(file)
    nodes = _nodes(read_manifest(target))
    results = []
    for entry in written["results"]:
        node = nodes.get(entry["unique_id"]) or _Absent(entry["unique_id"])
        common = {
            "node": node,
            "status": FreshnessStatus(entry["status"]),
            "timing": _timing(entry),
            "thread_id": entry.get("thread_id", ""),
            "execution_time": entry.get("execution_time", 0),
            "adapter_response": entry.get("adapter_response", {}),
            "message": entry.get("error"),
            "failures": None,
        }
        if "max_loaded_at" not in entry:
            # could not be asked: dbt's result then has no times at all
            results.append(PartialSourceFreshnessResult(**common))
            continue
        results.append(
            SourceFreshnessResult(
                **common,
                max_loaded_at=entry["max_loaded_at"],
                snapshotted_at=entry["snapshotted_at"],
                age=entry["max_loaded_at_time_ago_in_s"],
            )
        )
    return Results(results, written["elapsed_time"])


class _Shown:
    """One result of `show`: the rows stand where dbt has its table."""

    def __init__(self, name, rows, sent):
        self.node = _Absent(f"model.{name}")
        self.node.compiled_code = sent
        self.status = RunStatus.Success
        self.agate_table = rows


def last_sent(log_path):
    """The statement that the log file tells of last: what dbt keeps as the compiled code of what it shows."""
    try:
        with open(os.path.join(log_path, "dbt.log")) as file:
            log = file.read()
    except OSError:
        return ""
    sent = re.findall(r"^\S+ \[debug\] \[[^\]]*\]: On \S+:\n((?:(?!\d\d:\d\d:\d\d\.).*\n?)*)", log, re.MULTILINE)
    return sent[-1] if sent else ""


def shown(printed, args, sent):
    """The results of `show`, from the JSON that it printed; none when that is no JSON."""
    try:
        found = json.loads(printed[printed.index("{"):])
    except ValueError:
        return Results([])
    limit = int(value_after(args, "--limit") or 5)
    return Results([_Shown(found.get("node", "inline_query"), found.get("show", []), sent)], args={"limit": limit})


def inlined(printed, worked):
    """The result of `compile --inline`."""
    if not worked:
        return Results([])
    node = _Absent("sql_operation.inline_query")
    node.compiled_code = printed.split("Compiled inline node is:\n")[-1].strip()
    return Results([_result_of_inline(node)])


def _result_of_inline(node):
    return RunResult(
        node=node, status=RunStatus.Success, timing=[], thread_id="", execution_time=0.0, adapter_response={}, message=None,
        failures=None, batch_results=None,
    )


def catalog(target):
    """The catalog of `docs generate`."""
    return CatalogArtifact.read_and_check_versions(os.path.join(target, "catalog.json"))


__all__ = ["Results", "RunExecutionResult", "catalog", "fingerprint", "freshness_results", "get_manifest", "read_manifest", "run_results"]

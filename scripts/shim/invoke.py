"""`run_dbt` and `run_dbt_and_capture` with the program `etl` in the place of dbt's own runner."""

import contextlib
import os
import pathlib
import re
import subprocess
import tempfile
import warnings

import pytest

import errors
import results

NODE = os.environ.get("ETL_SHIM_NODE", "node")
PROGRAM = os.environ["ETL_SHIM_PROGRAM"]
CLOCK = (pathlib.Path(__file__).parent / "clock.mjs").as_uri()
SECONDS = int(os.environ.get("ETL_SHIM_TIMEOUT", "60"))
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
WARNING = re.compile(r"^(?:\d\d:\d\d:\d\d )? *warning\[ETL\d{4}\].*(?:\n {4,}.*)*", re.MULTILINE)


class EtlWarning(UserWarning):
    """A warning that `etl` printed, for tests that say `pytest.warns`."""

_COMMANDS = {
    "build", "clean", "clone", "compile", "debug", "deps", "docs", "init", "list", "ls", "parse", "retry", "run",
    "run-operation", "seed", "show", "snapshot", "source", "test",
}
_RESULTS = {"build", "clone", "compile", "retry", "run", "run-operation", "seed", "snapshot", "test"}

# seconds that the processes took since the last look; the plugin adds them to the report
spent = {"seconds": 0.0, "calls": 0}


def _command(args):
    for i, arg in enumerate(args):
        if arg in _COMMANDS:
            rest = args[i + 1] if i + 1 < len(args) else ""
            return f"{arg} {rest}" if arg in ("docs", "source") else arg
    return ""


def _folders(args):
    """Adds the folders that dbt's own test utility would add."""
    from dbt.flags import get_flags

    flags = get_flags()
    for option, name in (("--project-dir", "PROJECT_DIR"), ("--profiles-dir", "PROFILES_DIR")):
        value = getattr(flags, name, None)
        if value and option not in args:
            args.extend([option, str(value)])


@contextlib.contextmanager
def microbatch_end_time(moment):
    """In the place of dbt's `patch_microbatch_end_time`: `etl` is started with its clock at that moment (UTC)."""
    os.environ["ETL_SHIM_NOW"] = moment.replace(" ", "T") + "Z"
    try:
        yield
    finally:
        del os.environ["ETL_SHIM_NOW"]


def _run(args):
    clock = ["--import", CLOCK] if "ETL_SHIM_NOW" in os.environ else []
    start = os.times().elapsed
    try:
        done = subprocess.run(
            [NODE, *clock, PROGRAM, *(str(a) for a in args)],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )
    finally:
        spent["seconds"] += os.times().elapsed - start
        spent["calls"] += 1
    print(done.stdout)
    print(done.stderr)
    return done


def _invoke(args, expect_pass, callbacks, captured=False):
    if callbacks:
        pytest.skip("not applicable: looks at events inside the process")
    args = ["run"] if args is None else args
    print(f"\n\nInvoking etl with {args}")
    _folders(args)
    project_dir = results.value_after(args, "--project-dir") or os.getcwd()
    target = results.target_dir(args, os.environ, project_dir)
    run_file = os.path.join(target, "run_results.json")
    before = results.fingerprint(run_file)
    if _command(args) == "show" and not captured and "--output" not in args:
        # the rows are wanted as values: dbt hands out its own table
        args.extend(["--output", "json"])
    done = _run(args)
    output = done.stdout + done.stderr
    for told in WARNING.findall(COLOUR.sub("", output)):
        warnings.warn(EtlWarning(told), stacklevel=3)
    if done.returncode not in (0, 1):
        raise errors.exception_for(output, args)
    value = _value(_command(args), args, target, done, results.fingerprint(run_file) != before)
    if expect_pass is not None:
        assert (done.returncode == 0) == expect_pass, "dbt exit state did not match expected"
    return value, errors.own_name(COLOUR.sub("", output))


def _value(command, args, target, done, has_results):
    if command in ("ls", "list"):
        return [line for line in COLOUR.sub("", done.stdout).splitlines() if line.strip()]
    if command == "docs generate":
        return results.catalog(target)
    if command == "parse":
        return results.read_manifest(target)
    if command == "debug":
        return done.returncode == 0
    if command in ("source freshness", "source snapshot-freshness"):
        return results.freshness_results(target, args)
    if command == "show":
        return results.shown(done.stdout, args, results.last_sent(os.environ.get("DBT_LOG_PATH", "logs")))
    if command == "compile" and results.value_after(args, "--inline"):
        # SQL that belongs to no node leaves the results of the last run alone: what was printed is the result
        return results.inlined(COLOUR.sub("", done.stdout), done.returncode == 0)
    if command == "retry" and not has_results and os.path.exists(os.path.join(target, "run_results.json")):
        # a macro that went well is not called again: dbt hands out its last results
        last = results.run_results(target)
        return results.Results([]) if isinstance(last, list) else last
    if command in _RESULTS:
        return results.run_results(target) if has_results else results.Results([])
    return None


def run_dbt(args=None, expect_pass=True, callbacks=None):
    """Runs one command; returns what dbt's own function of this name returns, raises what it raises."""
    return _invoke(args, expect_pass, callbacks)[0]


def run_dbt_and_capture(args=None, expect_pass=True):
    """The same, with all that was printed."""
    return _invoke(args, expect_pass, None, captured=True)


def get_manifest(project_root):
    """In the place of dbt's: what was parsed. dbt has it in its private cache even where a command writes no manifest.json."""
    found = results.get_manifest(project_root)
    if found is not None or not os.path.isdir(os.path.join(project_root, "target")):
        return found
    with tempfile.TemporaryDirectory() as scratch:
        args = ["parse", "--target-path", scratch]
        _folders(args)
        _run(args)
        return results.read_manifest(scratch)

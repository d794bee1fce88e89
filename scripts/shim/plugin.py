"""The pytest plugin of the shim: puts `etl` in the place of dbt, leaves out what looks inside dbt, writes one line a test.

Loaded with `-p plugin` before any test module, so that `from dbt.tests.util import run_dbt` finds ours.
"""

import json
import os
import pathlib
import re
import signal
import time

import dbt.tests.util
import dbt.version
import pytest
from dbt.tests.fixtures import project as fixtures

import classify
import invoke
import results

dbt.tests.util.run_dbt = invoke.run_dbt
dbt.tests.util.run_dbt_and_capture = invoke.run_dbt_and_capture
dbt.tests.util.get_manifest = invoke.get_manifest
dbt.tests.util.patch_microbatch_end_time = invoke.microbatch_end_time

# a test that looks for dbt's version means the one that it runs: `etl` says which it follows
_SAYS = (pathlib.Path(__file__).parents[2] / "src/kernel/version.ts").read_text()
dbt.version.__version__ = re.search(r"DBT_VERSION = '([^']+)'", _SAYS).group(1)

_REPORT = os.environ["ETL_SHIM_REPORT"]
_SECONDS = int(os.environ.get("ETL_SHIM_TEST_TIMEOUT", "180"))
_lines = {}
_UNKNOWN_SERVER = re.compile(
    r"ETL1040[^$]{0,400}?(Could not resolve host: \S+|https://\S+ cannot be asked: the name of the server is not known"
    r"|https://\S+: the name of the server is not known)"
)


@pytest.fixture(scope="class")
def _logs_dir(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("logs"))
    os.environ["DBT_LOG_PATH"] = folder
    yield folder
    os.environ.pop("DBT_LOG_PATH", None)


# dbt's own one writes beside the tests, and those belong to somebody else's checkout
fixtures.logs_dir = _logs_dir


def _bases(item):
    if item.cls is None:
        return []
    return [f"{c.__module__}::{c.__qualname__}" for c in item.cls.__mro__ if c is not object]


def _write(line):
    with open(_REPORT, "a") as file:
        file.write(json.dumps(line) + "\n")


def pytest_collectreport(report):
    if report.failed:
        _write({"id": report.nodeid, "outcome": "collection", "text": str(report.longrepr)[-2000:]})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    wanted, rest = [], []
    for item in items:
        kind, why = classify.classify(item.function, item.cls)
        line = {"id": item.nodeid, "kind": kind, "why": why, "bases": _bases(item)}
        if kind == "internals":
            _write({**line, "outcome": "not applicable"})
            rest.append(item)
        else:
            _lines[item.nodeid] = line
            wanted.append(item)
    if os.environ.get("ETL_SHIM_COLLECT"):
        for item in wanted:
            _write({**_lines[item.nodeid], "outcome": "collected"})
        rest, wanted = items[:], []
    config.hook.pytest_deselected(items=rest)
    items[:] = wanted


def _too_long(_signal, _frame):
    raise TimeoutError(f"the test took longer than {_SECONDS} s")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(_SECONDS)
    _lines[item.nodeid].update(start=time.monotonic(), outcome=None)
    invoke.spent.update(seconds=0.0, calls=0)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        line = _lines[item.nodeid]
        line["seconds"] = round(time.monotonic() - line.pop("start"), 2)
        line["etl"] = round(invoke.spent["seconds"], 2)
        line["calls"] = invoke.spent["calls"]
        _write(line)


def _no_network(report):
    """Whether a package was to be loaded from a server whose name this machine does not know; dbt fails there too."""
    printed = report.longreprtext + "".join(text for _, text in report.sections)
    return _UNKNOWN_SERVER.search(printed) is not None


def pytest_runtest_logreport(report):
    line = _lines.get(report.nodeid)
    if line is None:
        return
    if report.failed and _no_network(report):
        line.update(outcome="not applicable", why="needs a server of the internet that is not to be reached")
    elif report.failed:
        line["outcome"] = "failed" if line["outcome"] != "failed" else line["outcome"]
        line.setdefault("when", report.when)
        line.setdefault("text", report.longreprtext[-6000:])
        line.setdefault("printed", "\n".join(text for _, text in report.sections)[-6000:])
    elif report.skipped and line["outcome"] is None:
        line["outcome"] = "not applicable"
        line["why"] = str(report.longrepr)[-300:]
    elif report.when == "call" and line["outcome"] is None:
        line["outcome"] = "xpassed" if hasattr(report, "wasxfail") else "passed"

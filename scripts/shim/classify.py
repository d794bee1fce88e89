"""Tells from the source of a test what it needs of dbt: only its command line, its manifest, or its inside."""

import ast
import functools
import inspect
import re

_HARMLESS = re.compile(
    r"^(dbt\.tests(\.|$)"
    r"|dbt\.exceptions$|dbt_common\.exceptions(\.|$)|dbt\.cli\.exceptions$|dbt\.artifacts\.exceptions(\.|$)"
    r"|dbt\.artifacts\.schemas(\.|$)|dbt\.contracts\.results$|dbt\.contracts\.graph\.manifest$|dbt\.artifacts\.resources(\.|$)"
    r"|dbt\.node_types$|dbt\.version$|dbt\.constants$|dbt\.contracts\.graph\.nodes$|dbt_common\.dataclass_schema$"
    r"|dbt\.adapters\.exceptions(\.|$)|dbt_common\.constants$|dbt_common\.contracts\.constraints$|dbt\.context\.base$)"
)
_INSIDE = re.compile(r"^(freezegun|opentelemetry|sqlparse|dbt|dbt_common|dbt_semantic_interfaces|dbt_semantic\w*|dbtlabs|metricflow|click)(\.|$)")
_MOCKS = {"mock", "mocker", "MagicMock", "otel_spans"}
# what dbt keeps of the files and variables it read: in memory and in its private cache, in no artifact
_PRIVATE = {"env_vars", "files", "fixtures", "state_check"}
_RUNNERS = {"dbtRunner", "EventCatcher", "invoke", "dbtRunnerResult", "RunnerResult", "callbacks"}


@functools.lru_cache(maxsize=None)
def _module(module):
    """Imports (name → module path) and definitions of a module."""
    tree = ast.parse(inspect.getsource(module))
    imports, functions, classes = {}, {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                imports[(alias.asname or alias.name).split(".")[0]] = alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                imports[alias.asname or alias.name] = f"{node.module}:{alias.name}"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            functions[node.name] = node
        elif isinstance(node, ast.ClassDef):
            classes[node.name] = node
    return imports, functions, classes


def _is_fixture(node):
    return any("fixture" in ast.dump(d) for d in node.decorator_list)


def _is_autouse(node):
    return any("autouse" in ast.dump(d) for d in node.decorator_list)


class _Walk:
    """Collects the names that one test uses, through the functions, methods and fixtures it needs."""

    def __init__(self):
        self.names, self.modules, self.seen = set(), set(), set()

    def function(self, node, module, owner):
        key = (module.__name__, node.lineno, node.name)
        if key in self.seen:
            return
        self.seen.add(key)
        imports, functions, _ = _module(module)
        used = {a.arg for a in node.args.args}
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                used.add(inner.id)
            elif isinstance(inner, ast.Attribute):
                used.add(inner.attr)
                if inner.attr in _PRIVATE and isinstance(inner.value, ast.Name) and inner.value.id.endswith("manifest"):
                    used.add(f"manifest.{inner.attr}")
            elif isinstance(inner, (ast.Import, ast.ImportFrom)):
                base = getattr(inner, "module", None)
                for alias in inner.names:
                    self.modules.add(f"{base}:{alias.name}" if base else alias.name)
        self.names |= used
        for name in used:
            if name in imports:
                self.modules.add(imports[name])
            if name in functions and functions[name] is not node:
                self.function(functions[name], module, owner)
        self.methods(used, owner)

    def methods(self, used, owner):
        for base in inspect.getmro(owner) if owner else ():
            if base is object:
                continue
            module = inspect.getmodule(base)
            body = _module(module)[2].get(base.__name__)
            for node in body.body if body else ():
                if isinstance(node, ast.FunctionDef) and (node.name in used or _is_autouse(node)):
                    self.function(node, module, owner)


def classify(function, owner):
    """`black-box`, `manifest` or `internals`, and for the last one what says so."""
    walk = _Walk()
    module = inspect.getmodule(function)
    name = function.__name__
    place = owner
    if owner is not None:
        place = next(c for c in inspect.getmro(owner) if name in vars(c))
        module = inspect.getmodule(place)
    imports, functions, classes = _module(module)
    body = classes[place.__name__].body if place is not None and place.__name__ in classes else functions.values()
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            walk.function(node, module, owner)
    walk.methods(set(), owner)
    inside = sorted(m for m in walk.modules if _INSIDE.match(m) and not _HARMLESS.match(m.split(":")[0]))
    cache = ["adapter.cache"] if {"cache", "adapter"} <= walk.names else []
    patched = ["monkeypatch"] if {"monkeypatch", "setattr"} <= walk.names else []
    # dbt's own count of the deprecations it told in this process
    counted = sorted(walk.names & {"active_deprecations"})
    # which tests stand in a property file is in the manifest, too
    served = {"manifest.files"} if "get_tests" in walk.names else set()
    files = sorted({f"manifest.{name}" for name in _PRIVATE} & walk.names - served)
    why = inside + cache + files + patched + counted + sorted(walk.names & _RUNNERS) + sorted(walk.names & _MOCKS)
    if why:
        return "internals", ", ".join(why)
    return ("manifest" if "get_manifest" in walk.names else "black-box"), ""

"""Our diagnostics as dbt's exceptions: what a test that says `pytest.raises(SomeDbtError)` expects to catch.

One code of ours can stand for several classes of dbt (and the other way round), so what is raised belongs to each class of the
family of its code. The file that the diagnostic points to decides between the families of the project files.
"""

import re

import dbt.exceptions as core
import dbt_common.exceptions as common
from dbt.adapters.exceptions import FailedToConnectError
from dbt.artifacts.exceptions.schemas import IncompatibleSchemaError
from dbt.cli.exceptions import DbtUsageException
from dbt_common.dataclass_schema import ValidationError

# `error[ETL3001] models/a.sql:3:4`, then the message and more lines; without a place where there is none
_TEXT = re.compile(r"error\[(ETL\d{4})\](?: ([^\n]+?):\d+:\d+)?")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

_PROPERTIES = [
    core.YamlLoadError, core.YamlParseDictError, core.YamlParseListError, core.SchemaConfigError,
    core.SnapshopConfigError, core.TestConfigError, core.InvalidAccessTypeError,
    core.DuplicateVersionedUnversionedError, core.InvalidUnitTestGivenInput, core.ParsingError,
    common.CompilationError, ValidationError,
]
_PROJECT = [core.ProjectContractError, core.DbtProjectError, ValidationError]
_PROFILE = [core.ProfileConfigError, core.DbtProfileError]
_SELECTORS = [core.DbtSelectorsError, common.DbtValidationError]

_BY_FILE = {
    "dbt_project.yml": _PROJECT,
    "packages.yml": _PROJECT,
    "dependencies.yml": _PROJECT,
    "vars.yml": _PROJECT,
    "profiles.yml": _PROFILE,
    "selectors.yml": _SELECTORS,
}

_COMPILATION = [common.CompilationError]
_BY_CODE = {
    # a check of ours before anything begins may be one of dbt's while it begins
    "ETL1001": [DbtUsageException, common.DbtRuntimeError],
    "ETL1002": [core.DbtProjectError, DbtUsageException],
    "ETL1006": _PROFILE,
    "ETL1007": _PROFILE,
    "ETL1008": _PROFILE,
    "ETL1009": [core.EnvVarMissingError],
    "ETL1010": _PROFILE,
    "ETL1041": [core.DependencyError],
    "ETL1040": [common.DbtInternalError, core.DependencyError, *_PROJECT],
    "ETL2002": [common.UndefinedMacroError],
    "ETL2003": [core.DocTargetNotFoundError],
    "ETL2005": [core.RequiredVarNotFoundError],
    "ETL3001": [core.TargetNotFoundError, core.DbtReferenceError],
    "ETL3002": [core.TargetNotFoundError],
    "ETL3003": [core.TargetNotFoundError],
    "ETL3004": [common.CompilationError],
    "ETL3005": [
        core.DuplicateResourceNameError, core.DuplicatePatchPathError, core.DuplicateMacroNameError,
        core.DuplicateMacroPatchNameError, core.DuplicateSourcePatchNameError, core.DuplicateVersionedUnversionedError,
        core.AmbiguousResourceNameRefError,
    ],
    "ETL3006": [core.AmbiguousAliasError, core.DuplicateAliasError],
    "ETL3007": [
        core.InvalidSelectorError, core.DbtSelectorsError, common.RecursionError, common.DbtInternalError,
    ],
    "ETL3010": [core.PatchTargetNotFoundError],
    "ETL4040": [core.ParsingError],
    "ETL4004": [core.SchemaConfigError, ValidationError],
    "ETL3011": [common.UndefinedMacroError],
    "ETL3031": [core.DbtReferenceError],
    "ETL3036": [core.ContractBreakingChangeError],
    "ETL5002": [FailedToConnectError],
    "ETL5003": [FailedToConnectError],
    "ETL5004": [FailedToConnectError],
    "ETL8002": [IncompatibleSchemaError, common.DbtRuntimeError],
}
# Codes that no table names: by the first digit of their number.
_BY_KIND = {"1": _PROPERTIES, "2": _COMPILATION, "3": [common.CompilationError, core.ParsingError], "4": _COMPILATION}


def own_name(text):
    """The text with dbt's name where a sentence of `etl` says its own: `etl looked for ...`."""
    return re.sub(r"\betl (?=looked for\b|could not find\b)", "dbt ", text)


def _family(code, file, warnings_are_errors):
    file = file.rsplit("/", 1)[-1] if file else ""
    if code in _BY_CODE:
        classes = _BY_CODE[code]
    elif code.startswith("ETL1") and file in _BY_FILE:
        classes = _BY_FILE[file]
    else:
        classes = _BY_KIND.get(code[3], [common.DbtRuntimeError])
    return [common.EventCompilationError, *classes] if warnings_are_errors else list(classes)


def _most_specific(classes):
    """Leaves out each class that another one of the list derives from: Python refuses such a list of bases."""
    unique = list(dict.fromkeys(classes))
    return [c for c in unique if not any(o is not c and issubclass(o, c) for o in unique)]


def exception_for(output, args):
    """The exception for what `etl` printed before it gave up; all that it printed is its text.

    dbt stops at the first problem, `etl` tells all of them: the exception belongs to the family of each, the first one's leading.
    """
    text = _COLOUR.sub("", output)
    found = list(_TEXT.finditer(text))
    code = found[0].group(1) if found else "ETL9000"
    told = own_name(text[found[0].start():] if found else text)
    strict = any(a.startswith("--warn-error") for a in args)
    problems = [(one.group(1), one.group(2)) for one in found] or [(code, "")]
    classes = _most_specific([c for problem in problems for c in _family(*problem, strict)])

    def init(self, message):
        Exception.__init__(self, message)
        self.msg = self.message = message
        self.code_of_etl = code

    made = type(
        f"Etl{classes[0].__name__}",
        tuple(classes),
        {"__init__": init, "__str__": lambda self: self.msg, "__repr__": lambda self: self.msg},
    )
    return made(told)

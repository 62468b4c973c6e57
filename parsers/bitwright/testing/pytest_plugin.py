"""Findings as tests, for pytest: each case of a folder that `bitwright fuzz --corpus` wrote is given to its target again.

In the configuration, folders whose cases are tests wherever pytest collects them:

    [pytest]
    bitwright_corpus = tests/found

On a test, the cases of a folder beside its file, one after the other:

    @pytest.mark.bitwright_corpus("found")
    def test_found(bitwright_case):
        bitwright.testing.check(bitwright_case)

Promise: nothing of bitwright beyond this module is loaded where neither is used.  A folder that is missing or damaged is an error of
collection, not a run without tests; what needs a server is skipped and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bitwright.testing.regress import Case

NAME = "bitwright_corpus"
_FOLDERS = pytest.StashKey[frozenset[Path]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The configuration's line."""
    parser.addini(NAME, "folders of findings by bitwright fuzz, whose cases are tests", type="paths", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """The mark, and which folders are meant."""
    config.addinivalue_line("markers", f"{NAME}(folder): run the test with each case of a folder beside it as `bitwright_case`")
    folders = [path.resolve() for path in config.getini(NAME)]
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing:
        raise pytest.UsageError(f"{NAME}: no such folder: {', '.join(missing)}")
    config.stash[_FOLDERS] = frozenset(folders)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A case of one of the folders."""
    if file_path.suffix not in (".toml", ".bin") or file_path.parent.resolve() not in parent.config.stash[_FOLDERS]:
        return None
    from bitwright.testing.regress import STATE

    if file_path.name == STATE or (file_path.suffix == ".bin" and file_path.with_suffix(".toml").exists()):
        return None
    collected: pytest.Collector = _CaseFile.from_parent(parent, path=file_path)
    return collected


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A run of the test for each case of the folders that its marks name."""
    marks = list(metafunc.definition.iter_markers(NAME))
    if not marks:
        return
    from bitwright.testing.regress import read_folder

    cases = [case for mark in marks for folder in mark.args for case in read_folder(metafunc.definition.path.parent / folder)]
    metafunc.parametrize("bitwright_case", cases, ids=[case.name for case in cases])


class _CaseFile(pytest.File):
    """The TOML of a case, or bytes without one, which is an error."""

    def collect(self) -> Iterator[pytest.Item]:
        """Its one test."""
        from bitwright.testing.regress import CaseError, read_case

        try:
            case = read_case(self.path.with_suffix(".toml"))
        except CaseError as error:
            raise self.CollectError(str(error)) from None
        yield _CaseItem.from_parent(self, name=case.name, case=case)


class _CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, **given: Any) -> None:
        super().__init__(**given)
        self.case = case

    def runtest(self) -> None:
        """Give it to its target."""
        from bitwright.testing.replay import check

        if self.case.target.startswith("connect:"):
            pytest.skip(f"{self.case.name} is for a server, {self.case.target}, which no test starts")
        check(self.case)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is wrong, without the traceback of what only passed it on."""
        from bitwright.testing.replay import CaseFailed
        from bitwright.testing.targets.errors import TargetError

        if isinstance(excinfo.value, CaseFailed | TargetError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is, and its name."""
        return self.path, None, f"case {self.name}"

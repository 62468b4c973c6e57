"""Every CPython that bitwright serves, each with a virtual environment of its own; to be run before a release.

    nox                                # the tests that an engine can differ in, on every Python there is
    nox -s tests-3.13 -- tests/specs   # what pytest is told, on one
    nox -s without_llvmlite            # the same with nothing that makes machine code
    nox -s everything                  # the whole suite

Interpreters are looked for on the PATH; one that is missing is an error.  With pyenv: `PYENV_VERSION=3.11.7:3.12.1:3.13.0 nox`.
"""

from __future__ import annotations

import nox

PYTHONS = ("3.11", "3.12", "3.13")  # CI has the first; these are the classifiers of pyproject.toml too
ENGINES = (
    "tests/backends", "tests/engines", "tests/hostile", "tests/ir", "tests/patterns", "tests/test_struct.py", "tests/test_fuzz_corpus.py",
)  # fmt: skip

nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = True


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The engines against each other, with machine code."""
    session.install("--editable", ".[test]")
    session.run("pytest", *(session.posargs or ENGINES))


@nox.session(python=PYTHONS)
def without_llvmlite(session: nox.Session) -> None:
    """The same where the optional package is not installed."""
    session.install("--editable", ".[test]")
    session.run("python", "-m", "pip", "uninstall", "--yes", "--quiet", "llvmlite")
    session.run("pytest", *(session.posargs or ENGINES))


@nox.session(python=PYTHONS)
def everything(session: nox.Session) -> None:
    """The whole suite."""
    session.install("--editable", ".[test]")
    session.run("pytest", *session.posargs)

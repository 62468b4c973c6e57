"""A finding as a test that its parser's own project can take: a file of Python with the input in it.

Promise: the text is the same for the same case, and Python; what came from the input or from the target is in it only escaped.  An
exception needs nothing but the parser to be shown again; what hangs, dies or takes too much is shown by bitwright, in another process.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from bitwright.escaping import printable
from bitwright.testing.regress import Case

_NAME: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_LINE: Final = 96  # hexadecimal digits


def file_name(name: str) -> str:
    """The name of the file for a case of that name."""
    return f"test_{re.sub(r'[^a-z0-9]+', '_', name.lower())}.py"


def write_file(folder: Path, case: Case) -> Path | None:
    """Write the file beside the case; None, and nothing written, if it is a server's, which no test starts."""
    if case.target.startswith("connect:"):
        return None
    path = folder / file_name(case.name)
    path.write_text(text_of(case), encoding="utf-8", newline="\n")
    return path


def text_of(case: Case) -> str:
    """The file."""
    names = [case.target, *(name for name in case.raises if ":" in name)]
    if case.kind == "exception" and all(map(_NAME.fullmatch, names)):
        return _alone(case)
    return _by_replay(case)


def _alone(case: Case) -> str:
    """With the parser only."""
    module, path = _parts(case.target)
    refusals = [name if ":" not in name else ".".join(_parts(name)) for name in case.raises]
    modules = sorted({module, *(_parts(name)[0] for name in case.raises if ":" in name)})
    imports = [f"import {name}" for name in modules]
    call = f"{module}.{path}(DATA)"
    lines = [*_docstring(case), "", *(["import contextlib"] if refusals else []), *([""] if refusals else []), *imports, ""]
    lines += ["DATA = bytes.fromhex(", *(f'    "{digits}"' for digits in _hex(case.data)), ")", "", ""]
    lines += [f"def {file_name(case.name)[:-3]}() -> None:"]
    if refusals:
        lines += [f"    with contextlib.suppress({', '.join(refusals)}):  # by which it may refuse", f"        {call}"]
    else:
        lines += [f"    {call}"]
    return "\n".join(lines) + "\n"


def _by_replay(case: Case) -> str:
    """With bitwright, which gives it a process of its own."""
    lines = [*_docstring(case), "", "from pathlib import Path", "", "from bitwright.testing import check, read_case", "", ""]
    lines += [f"def {file_name(case.name)[:-3]}() -> None:"]
    lines += [f'    check(read_case(Path(__file__).with_name("{case.name}.toml")))']
    return "\n".join(lines) + "\n"


def _docstring(case: Case) -> list[str]:
    found = _plain(case.bucket or case.kind)
    packages = ", ".join(f"{name} {version}" for name, version in sorted(case.versions.items()))
    lines = [f'"""Found by bitwright fuzz: {found}.', "", f"The input: {_plain(str(case.label))}."]
    return [*lines, *([f"Of: {_plain(packages)}."] if packages else []), '"""']


def _plain(text: str) -> str:
    """Text that ends no docstring and escapes nothing in it."""
    return printable(text).replace("\\", "/").replace('"', "'")


def _parts(name: str) -> tuple[str, str]:
    module, _, path = name.partition(":")
    return module, path


def _hex(data: bytes) -> list[str]:
    digits = data.hex()
    return [digits[at : at + _LINE] for at in range(0, len(digits), _LINE)] or [""]

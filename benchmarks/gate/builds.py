"""Which interpreter and packages a count is of: by name, so that counts of one are never compared with counts of another."""

from __future__ import annotations

import platform
import re
import sysconfig
from importlib.metadata import PackageNotFoundError, version


def this_build() -> str:
    """The interpreter that runs this, by whatever changes how many instructions it takes: `CPython 3.11.7, GCC 12.2.0, -O3, ...`."""
    compiler = re.sub(r"\s+", " ", platform.python_compiler()).strip()
    levels = re.findall(r"-O\w+", str(sysconfig.get_config_var("PY_CFLAGS") or ""))
    library = "shared" if sysconfig.get_config_var("Py_ENABLE_SHARED") else "static"
    parts = (
        f"{platform.python_implementation()} {platform.python_version()}", compiler, levels[-1] if levels else "", library,
        " ".join(platform.libc_ver()).strip(), platform.machine(),
    )  # fmt: skip
    return ", ".join(part for part in parts if part)


def packages() -> dict[str, str]:
    """The packages with code of their own that counts depend on, and their versions; those that are installed."""
    found = {}
    for name in ("msgspec", "llvmlite"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found

#!/usr/bin/env python3
"""Install mdnet into `.venv` beside this folder: `install.py` to use it, `install.py dev` to test it too.

Only the standard library is needed, and neither root nor pip: where Python has no pip of its own to put into a
virtual environment (Debian without python3-venv), the system's pip, virtualenv or apt is asked to help.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(*command: str) -> bool:
    """Run a command quietly; False where it fails or is not there."""
    try:
        return (
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
        )
    except OSError:
        return False


def has_pip() -> bool:
    """Whether the environment is there and can install."""
    return PYTHON.exists() and run(str(PYTHON), "-m", "pip", "--version")


def make_environment() -> None:
    """Make `.venv` by the first way that works here."""
    ways = [
        lambda: run(sys.executable, "-m", "venv", "--clear", str(VENV)),
        lambda: run(sys.executable, "-m", "virtualenv", "--clear", str(VENV)),
        lambda: (
            run(sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV))
            and run(sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "pip")
        ),
        lambda: (
            bool(shutil.which("apt-get"))
            and hasattr(os, "geteuid")
            and os.geteuid() == 0
            and run("apt-get", "update")
            and run("apt-get", "install", "-y", "--no-install-recommends", "python3-venv")
            and run(sys.executable, "-m", "venv", "--clear", str(VENV))
        ),
    ]
    for way in ways:
        if way() and has_pip():
            return
    sys.exit(
        "Python cannot make a virtual environment with pip here."
        " On Debian or Ubuntu: sudo apt install python3-venv; then run this again."
    )


def main() -> None:
    """Install, and say in one line what went wrong if it did."""
    if sys.version_info < (3, 11):  # noqa: UP036 (an older Python runs this line to be told so)
        sys.exit(f"mdnet needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    if not has_pip():
        make_environment()
    what = str(ROOT) + ("[dev]" if "dev" in sys.argv[1:] else "")
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", what]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit("pip could not install mdnet; its message is above")


if __name__ == "__main__":
    main()

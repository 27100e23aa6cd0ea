"""The house rules: who may import whom, what core may touch, how long a file may be."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mdnet"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 420
LAYERS = {"cli": 3, "app": 2, "adapters": 1, "core": 0}
# What a layer may import besides itself and `errors`.
ALLOWED = {
    "cli": {"app", "adapters", "core"},
    "app": {"adapters", "core"},
    "adapters": {"core"},
    "core": set(),
}
# Standard library that touches the world; `core` is given values instead.
WORLDLY = {
    "asyncio", "ctypes", "glob", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "select",
    "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
OF_SOME_PYTHONS = {"_sha2", "_sha256"}
CORE_THIRD_PARTY = {"frontmatter", "yaml", "Stemmer", "numpy"}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path) for path in MODULES}


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, lazily or for types only as well."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            parts = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= parts
            if not parts <= NAMES:  # else these are modules, and the folder that holds them is not used itself
                found.add(node.module or "")
    return found


def layer_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    layer = layer_of(name_of(path))
    if layer not in LAYERS:
        return
    for module in imports_of(path):
        if not module.startswith("mdnet."):
            continue
        target = layer_of(module)
        if target in LAYERS and target != layer:
            assert target in ALLOWED[layer], f"{layer} must not import {module}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_core_touches_nothing(path: Path) -> None:
    if layer_of(name_of(path)) != "core":
        return
    for module in imports_of(path):
        top = module.split(".")[0]
        assert top not in WORLDLY, f"core imports {module}"
        assert top in sys.stdlib_module_names | OF_SOME_PYTHONS | CORE_THIRD_PARTY | {"mdnet"}, f"core imports {module}"


# Templates: what comes with mdnet, what the user has, and how they are rendered. Writes, and taking them back.
FAMILIES = {**dict.fromkeys(("render", "resources", "template_files"), "templates"), "undoing": "writer"}


def test_adapters_do_not_know_each_other() -> None:
    """Adapters meet in `app`; only the parts of one adapter (one folder, or a family below) know each other."""
    for path in MODULES:
        name = name_of(path)
        if layer_of(name) != "adapters":
            continue
        for module in imports_of(path):
            if module.startswith("mdnet.adapters."):
                mine, other = name.split(".")[2], module.split(".")[2]
                assert FAMILIES.get(mine, mine) == FAMILIES.get(other, other), f"{name} imports {module}"


def test_no_circular_imports() -> None:
    graph = {name_of(path): imports_of(path) & NAMES for path in MODULES}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"circular import: {' -> '.join((*trail, name))}"
        if name not in done:
            for other in graph[name]:
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_long_files(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MAX_LINES, f"{lines} lines: one job each?"


def test_the_map_of_core_shows_every_room() -> None:
    """A newcomer finds each module in the table at the top of `mdnet.core`, by its name or its family's."""
    shown = re.findall(r"`(\w+)(\*?)`", (PACKAGE / "core/__init__.py").read_text("utf-8"))
    names = {path.stem for path in (PACKAGE / "core").glob("*.py")} - {"__init__"}
    for name in names:
        assert any(name == word or (star and name.startswith(word)) for word, star in shown), name
    for word, star in shown:
        assert any(name == word or (star and name.startswith(word)) for name in names), word

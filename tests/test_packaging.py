"""What is installed is all that is needed: from a wheel, from an sdist, in a virtual environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel, built from the sdist, and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return folder


def test_the_wheel_holds_templates_example_and_documentation(built: Path) -> None:
    (wheel,) = built.glob("mdnet_vault-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "mdnet/_templates/review.md.j2",
        "mdnet/_example_vault/Me.md",
        "mdnet/docs/format.md",
        "mdnet/py.typed",
    ):
        assert wanted in names
    assert any(name.startswith("mdnet/_example_vault/.obsidian/") for name in names)
    assert not any(name.startswith(("tests/", "mdnet/_example_vault/Reviews")) for name in names)


def test_the_sdist_holds_what_builds_and_tests_it(built: Path) -> None:
    (sdist,) = built.glob("mdnet_vault-*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "templates/review.md.j2", "tests/town.py", ".ci/run"} <= names


def test_the_wheel_runs_on_its_own(built: Path, tmp_path: Path) -> None:
    """With the dependencies of this environment, but not with this checkout."""
    (wheel,) = built.glob("mdnet_vault-*.whl")
    target = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    environment = {
        **os.environ,
        "PYTHONPATH": str(target),
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    demo = tmp_path / "demo"
    for words in (["init", "--demo", str(demo)], ["--vault", str(demo), "review", "--week", "2026-W47"]):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "mdnet", *words], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    page = (demo / "Reviews/2026-W47.md").read_text("utf-8")
    assert "## Pass it on" in page
    probe = "import mdnet; print(mdnet.__file__)"
    where = subprocess.run(
        [sys.executable, "-P", "-c", probe], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert where.stdout.startswith(str(target))

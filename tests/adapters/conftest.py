import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from mdnet.adapters.vault import exchange
from tests.vaults import new_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder on a real disk, not below /tmp."""
    with new_folder() as made:
        yield made


@pytest.fixture
def note(folder: Path) -> Path:
    """A note that says `old`."""
    path = folder / "a.md"
    path.write_bytes(b"old\n")
    return path


@pytest.fixture(params=["exchange", "rename"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With and without a file system that can exchange two names."""
    if request.param == "rename":

        def refuse(one: str, other: str) -> None:
            raise exchange.ExchangeUnsupportedError(errno.EINVAL, "Invalid argument")

        monkeypatch.setattr(exchange, "exchange", refuse)
    return str(request.param)

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vaults import new_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder on a real disk, not below /tmp."""
    with new_folder() as made:
        yield made

"""A server on this computer for this user's browser alone. Needs the extra `serve`: Starlette and uvicorn."""

from __future__ import annotations

from mdnet.errors import MdnetError

NEEDED = (
    "mdnet serve needs two more packages: pipx inject mdnet-vault starlette uvicorn "
    "(or, without pipx: pip install 'mdnet-vault[serve]')"
)


def check_installed() -> None:
    """Raises MdnetError, with what to do, where Starlette or uvicorn is missing."""
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        raise MdnetError(NEEDED) from None

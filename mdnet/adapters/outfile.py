"""Files that mdnet makes for the user to look at, to send or to change: whole or not at all."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from mdnet.errors import WriteRefusedError

if TYPE_CHECKING:
    from pathlib import Path


def write_file(path: Path, text: str | bytes, *, replace: bool = True, private: bool = True) -> None:
    """Put `text` at `path`, so that what was there stays until the new one is complete.

    With `replace` false, a file that is there is not touched; with `private` false, others may read it as far as the
    user lets them read new files. Raises WriteRefusedError with everything as it was.
    """
    data = text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
    part = path.with_name(f".mdnet-{os.urandom(6).hex()}.tmp") if replace else path
    made = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o777)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666)
        made = True
        with open(handle, "wb") as file:
            file.write(data)
        if replace:
            part.replace(path)
    except FileExistsError:
        raise WriteRefusedError(f"{path} is there already; it was left as it is") from None
    except OSError as error:
        if made:
            with contextlib.suppress(OSError):
                part.unlink()
        raise WriteRefusedError(f"{path} cannot be written: {error.strerror or error}") from None

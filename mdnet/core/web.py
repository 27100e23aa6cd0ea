"""What the served pages ask and answer, free of any server's types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mdnet.core.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of an answer that is no page."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, let in by the guard: it comes from a page of this server, in the user's browser."""

    method: Literal["GET", "POST"]
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back; a `location` sends the browser on to another page of this server."""

    body: str = ""
    status: int = 200
    kind: str = "text/html"
    policy: str = CLOSED
    location: str = ""


if TYPE_CHECKING:
    Handler = Callable[[Asked], Answer]

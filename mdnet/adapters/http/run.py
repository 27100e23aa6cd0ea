"""uvicorn on a socket of this computer, patient with slow browsers and not with those who only hold a line."""

from __future__ import annotations

import contextlib
import logging
import socket
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from mdnet.errors import MdnetError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from starlette.applications import Starlette

HOST = "127.0.0.1"
USUAL_PORT = 8457
LOOK_SECONDS = 10.0
"""So often each connection is looked at: one that sent no whole request since is closed."""
BUSY_LOOKS = 6
"""So many looks a request may be under way, its answer being read included."""
MAX_CONNECTIONS = 512


def listen(port: int | None) -> socket.socket:
    """A socket bound to that port, or to the usual one, or where that is taken to any other.

    Raises MdnetError for a port that was asked for and is taken.
    """
    for wanted in (port,) if port is not None else (USUAL_PORT, 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # No SO_REUSEADDR on Windows: there it would let another program take the port over.
        with contextlib.suppress(AttributeError, OSError):
            option = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
            listener.setsockopt(socket.SOL_SOCKET, option, 1)
        try:
            listener.bind((HOST, wanted))
        except OSError as error:
            listener.close()
            if port is not None:
                raise MdnetError(f"port {port} cannot be used: {error.strerror or error}") from None
        else:
            return listener
    raise MdnetError("no port is free on this computer")


class PatientProtocol(H11Protocol):
    """uvicorn's protocol, with an end to waiting for a request's head and for an answer to be read."""

    _look: asyncio.TimerHandle | None = None
    _seen: Any = None
    _busy = 0

    def connection_made(self, transport: Any) -> None:
        """Begin to look at the connection."""
        super().connection_made(transport)
        self._look = self.loop.call_later(LOOK_SECONDS, self._look_at)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def _look_at(self) -> None:
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._busy += 1
            if self._busy > BUSY_LOOKS:
                self.transport.abort()
                return
        elif cycle is self._seen:
            self.transport.close()
            return
        else:
            self._busy = 0
        self._seen = cycle
        self._look = self.loop.call_later(LOOK_SECONDS, self._look_at)


def run(app: Starlette, listener: socket.socket, started: Callable[[], None]) -> None:
    """Serve until interrupted; `started` is called once requests are answered."""

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=3,
        limit_concurrency=MAX_CONNECTIONS,
        h11_max_incomplete_event_size=16 * 1024,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # nonsense on the line is nobody's news
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run([listener])

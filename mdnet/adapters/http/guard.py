"""Who may ask: this user's browser, from a page of this server. Everything else is refused before it is looked at.

The secret comes in the address once (`/?enter=...`, used up by that) and is a cookie from then on; every form carries
a second secret, which no other page can read. A foreign `Host` means a name that was pointed at this computer (DNS
rebinding), a foreign `Origin` or `Sec-Fetch-Site` a page of somebody else's.
"""

from __future__ import annotations

import hmac
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

from mdnet.core.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_BODY = 64 * 1024
"""Bytes of a form; a captured line is 2,000 characters at most."""
MAX_FIELDS = 20
ENTER = "enter"
FORM = "application/x-www-form-urlencoded"


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(slots=True)
class Guard:
    """The secrets of one run, and the checks. `entered` is called when the address was used, with a new one made."""

    port: int
    entered: Callable[[str], None] = lambda _address: None
    session: str = field(default_factory=_secret)
    form: str = field(default_factory=_secret)
    _enter: str = field(default_factory=_secret)

    @property
    def cookie(self) -> str:
        """The cookie's name; browsers do not tell ports apart."""
        return f"mdnet-{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The `Host` headers that mean this server."""
        return (f"127.0.0.1:{self.port}", f"localhost:{self.port}")

    @property
    def address(self) -> str:
        """Where a browser comes in, once."""
        return f"http://127.0.0.1:{self.port}/?{ENTER}={self._enter}"

    def enters(self, method: str, path: str, query: Mapping[str, str]) -> bool:
        """Whether this request brings the address's secret, which is used up by that."""
        if method != "GET" or path != "/" or not _same(query.get(ENTER, ""), self._enter):
            return False
        self._enter = _secret()
        self.entered(self.address)
        return True

    def stranger(self, method: str, headers: Mapping[str, str]) -> HTTPStatus | None:
        """Why a request is refused whatever it brings: it was not meant for this server, or for what it does."""
        if headers.get("host", "").casefold() not in self.hosts:
            return HTTPStatus.MISDIRECTED_REQUEST
        if method not in ("GET", "HEAD", "POST"):
            return HTTPStatus.METHOD_NOT_ALLOWED
        return None

    def refused(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> HTTPStatus | None:
        """Why a request without the address's secret is refused; None: it is the user's own."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        own = tuple(f"http://{host}" for host in self.hosts)
        if site not in (None, "same-origin", "none") or (origin is not None and origin.casefold() not in own):
            return HTTPStatus.FORBIDDEN
        if method == "POST" and origin is None:
            return HTTPStatus.FORBIDDEN
        if not _same(cookies.get(self.cookie, ""), self.session):
            return HTTPStatus.FORBIDDEN
        return None

    def form_refused(self, headers: Mapping[str, str]) -> HTTPStatus | None:
        """Why a form is refused before it is read."""
        if headers.get("content-type", "").partition(";")[0].strip().casefold() != FORM:
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:12]) > MAX_BODY:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return None

    def forged(self, form: Mapping[str, str]) -> bool:
        """Whether a form does not come from a page of this server."""
        return not _same(form.get("token", ""), self.form)


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())

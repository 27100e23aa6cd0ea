"""Starlette between the socket and `core.web`: reads requests with limits, asks the guard, answers one at a time."""

from __future__ import annotations

import asyncio
import traceback
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from mdnet.adapters.http.guard import MAX_BODY, MAX_FIELDS
from mdnet.core.web import CLOSED, Answer, Asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdnet.adapters.http.guard import Guard
    from mdnet.core.web import Handler

BODY_SECONDS = 10.0
"""So long may a form take to arrive."""
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with "no-referrer", browsers send `Origin: null` with our own forms
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_WELCOME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>mdnet</title></head>
<body><p><a href="/">Go on to this week</a></p></body></html>
"""
_HINTS = {
    HTTPStatus.FORBIDDEN: "This page is for one browser: open the address that 'mdnet serve' shows in its terminal.",
    HTTPStatus.MISDIRECTED_REQUEST: "This server answers at 127.0.0.1 only.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This server knows GET and POST only.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is more text than a line can hold.",
    HTTPStatus.REQUEST_TIMEOUT: "The form took too long to arrive.",
}


class RefusedError(Exception):
    """A request that gets nothing but a status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Site:
    """One vault's pages. `handle` runs in one thread, one request after the other: there is one writer.

    `tell` gets a line for each error that nobody foresaw, without any text of a note.
    """

    def __init__(self, handle: Handler, guard: Guard, tell: Callable[[str], None]) -> None:
        self._handle, self._guard, self._tell = handle, guard, tell
        self._worker = ThreadPoolExecutor(1, "mdnet-serve")
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=_ALL)])

    async def _answer(self, request: Request) -> Response:
        try:
            response = await self._let_in(request)
        except RefusedError as refusal:
            text = _HINTS.get(refusal.status, refusal.status.phrase)
            response = PlainTextResponse(text + "\n", refusal.status, {"Content-Security-Policy": CLOSED})
            if request.method == "POST":
                response.headers["Connection"] = "close"  # what is left of the body is not read
        response.headers.update(HEADERS)
        return response

    async def _let_in(self, request: Request) -> Response:
        guard = self._guard
        if status := guard.stranger(request.method, request.headers):
            raise RefusedError(status)
        query = _fields(request.url.query)
        if guard.enters(request.method, request.url.path, query):
            response = HTMLResponse(_WELCOME, headers={"Content-Security-Policy": CLOSED})
            response.set_cookie(guard.cookie, guard.session, httponly=True, samesite="strict", path="/")
            return response
        if status := guard.refused(request.method, request.headers, request.cookies):
            raise RefusedError(status)
        posted = request.method == "POST"
        form = await self._form(request) if posted else {}
        asked = Asked("POST" if posted else "GET", request.url.path, query, form)
        return _response(await asyncio.get_running_loop().run_in_executor(self._worker, self._safely, asked))

    async def _form(self, request: Request) -> dict[str, str]:
        if status := self._guard.form_refused(request.headers):
            raise RefusedError(status)
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for piece in request.stream():
                    body += piece
                    if len(body) > MAX_BODY:
                        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except TimeoutError:
            raise RefusedError(HTTPStatus.REQUEST_TIMEOUT) from None
        except ClientDisconnect:
            raise RefusedError(HTTPStatus.BAD_REQUEST) from None
        form = _fields(body.decode("ascii", "replace"))
        if self._guard.forged(form):
            raise RefusedError(HTTPStatus.FORBIDDEN)
        return form

    def _safely(self, asked: Asked) -> Answer:
        try:
            return self._handle(asked)
        except Exception as error:  # noqa: BLE001 (one bad request must not end the server)
            where = traceback.extract_tb(error.__traceback__)[-1]
            self._tell(f"{asked.method} {asked.path}: {type(error).__name__} in {where.name}, line {where.lineno}")
            return Answer("Something went wrong; the terminal tells where.\n", 500, "text/plain")


_ALL = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"]


def _fields(text: str) -> dict[str, str]:
    """The fields of a form or query; of a name that comes twice, the first."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace")
    except ValueError:
        raise RefusedError(HTTPStatus.BAD_REQUEST) from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields


def _response(answer: Answer) -> Response:
    if answer.location:
        return RedirectResponse(answer.location, HTTPStatus.SEE_OTHER)
    body = answer.body.encode("utf-8", "backslashreplace")
    return Response(body, answer.status, {"Content-Security-Policy": answer.policy}, answer.kind)

"""The server with real sockets and a real browser: who is let in, what a click writes, what nobody is shown."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest

from tests.browser import Visit, chromium
from tests.corpus.payloads import PAYLOADS
from tests.support import require
from tests.town import TODAY, TOWN, write_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXAMPLE = Path(__file__).resolve().parents[2] / "example-vault"
START = "from mdnet.cli.main import main; main()"
SAM = {
    "People/Sam Whitcombe.md": (
        "---\ntype: person\nprivate: true\ncadence: 1d\n---\n## Needs\n- [ ] a discreet tailor\n\n"
        "## Log\n- 2026-01-01 #met\n"
    ),
    "Daily/2026-11-18.md": "- Sam Whitcombe limped\n- a limping horse is for sale #private\n",
}


@dataclass
class Served:
    """A vault that is served, and a browser's cookie for it."""

    root: Path
    process: subprocess.Popen[str]
    environment: dict[str, str]
    address: str = ""
    port: int = 0
    cookie: str = ""
    lines: list[str] = field(default_factory=list)

    def ask(
        self, method: str = "GET", path: str = "/", body: str | None = None, **headers: str | None
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and body; `headers` with `_` for `-`, None to leave one out."""
        sent = {"Host": f"127.0.0.1:{self.port}", "Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        if body is not None:
            sent |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Content-Length": str(len(body)),
                "Origin": f"http://127.0.0.1:{self.port}",
            }
        wanted = {**sent, **{name.replace("_", "-"): value for name, value in headers.items()}}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as line:
            line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in wanted.items():
                if value is not None:
                    line.putheader(name, value)
            line.endheaders(body.encode() if body is not None else None)
            answer = line.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()

    def enter(self) -> None:
        """Come in as a browser does: the address once, then the cookie."""
        path = self.address.removeprefix(f"http://127.0.0.1:{self.port}")
        status, headers, _ = self.ask(path=path, Cookie=None, Sec_Fetch_Site="none")
        assert status == 200
        self.cookie = headers["set-cookie"].partition(";")[0]

    def token(self) -> str:
        """What every form of a page sends."""
        found = re.search(r'name="token" value="([^"]+)"', self.ask()[2])
        assert found
        return found[1]

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form of a page, and give the status and what the next page says of it."""
        status, headers, body = self.ask("POST", path, urlencode({"token": self.token(), **fields}))
        if status != 303:
            return status, body
        page = self.ask(path=headers["location"])[2]
        told = re.search(r'<div class="said[^"]*" role="status">(.*?)<', page, re.DOTALL)
        assert told
        return status, told[1].strip()

    def read(self, path: str) -> str:
        """A note as it is now."""
        return (self.root / path).read_text("utf-8")


@contextlib.contextmanager
def serving(tmp_path: Path, notes: dict[str, str], today: str = TODAY.isoformat()) -> Iterator[Served]:
    """`mdnet serve` in a process of its own, on any free port."""
    require(importlib.util.find_spec("starlette") and importlib.util.find_spec("uvicorn"), "no Starlette or uvicorn")
    root = tmp_path / "vault"
    root.mkdir()
    write_notes(root, {**notes, "mdnet.toml": 'matching = "none"\n' + notes.get("mdnet.toml", "")})
    environment = {
        **os.environ,
        "MDNET_TODAY": today,
        "PYTHONUNBUFFERED": "1",
        **{f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "CACHE", "STATE")},
    }
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", START, "--vault", str(root), "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    served = Served(root, process, environment, port=port)
    started = threading.Event()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            served.lines.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+/\?enter=\S+", line):
                served.address = found[0]
                started.set()

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        assert started.wait(60), process.stderr and process.stderr.read()
        yield served
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        listener.join()
        complaints = process.stderr.read() if process.stderr else ""
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()
    assert complaints == ""
    assert process.returncode == 0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A town that is served; tests write only what no other test looks at."""
    with serving(tmp_path_factory.mktemp("served"), {**TOWN, **SAM}) as running:
        running.enter()
        yield running


# Who is let in


def test_the_user_is_let_in(served: Served) -> None:
    status, headers, body = served.ask()
    assert status == 200
    assert "<h1>Week 48</h1>" in body
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


def test_the_address_works_once(served: Served) -> None:
    used = served.address
    served.enter()
    path = used.removeprefix(f"http://127.0.0.1:{served.port}")
    assert served.ask(path=path, Cookie=None)[0] == 403
    assert used != served.address


def test_the_cookie_is_for_this_site_and_no_script(served: Served) -> None:
    path = served.address.removeprefix(f"http://127.0.0.1:{served.port}")
    _, headers, body = served.ask(path=path, Cookie=None)
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert served.cookie.partition("=")[2] not in body


FOREIGN: list[tuple[dict[str, str | None], int]] = [
    ({"Host": "evil.example"}, 421),
    ({"Host": "evil.example:{port}"}, 421),
    ({"Host": "127.0.0.1"}, 421),
    ({"Host": "127.0.0.1:1"}, 421),
    ({"Host": "127.0.0.1.evil.example:{port}"}, 421),
    ({"Host": "user@127.0.0.1:{port}"}, 421),
    ({"Host": ""}, 421),
    ({"Cookie": None}, 403),
    ({"Cookie": "mdnet-{port}=wrong"}, 403),
    ({"Cookie": "mdnet-{port}="}, 403),
    ({"Cookie": "mdnet-1=x"}, 403),
    ({"Cookie": "mdnet-{port}=é".encode().decode("latin-1")}, 403),
    ({"Sec_Fetch_Site": "cross-site"}, 403),
    ({"Sec_Fetch_Site": "same-site"}, 403),
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "https://127.0.0.1:{port}"}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403),
]


@pytest.mark.parametrize(("headers", "status"), FOREIGN)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_others_are_not_let_in(served: Served, headers: dict[str, str | None], status: int, method: str) -> None:
    before = served.read("People/Joe Chen.md")
    sent = {name: value and value.replace("{port}", str(served.port)) for name, value in headers.items()}
    form = urlencode({"token": served.token(), "verb": "met", "person": "Joe"}) if method == "POST" else None
    got, answered, body = served.ask(method, "/record" if form else "/", form, **sent)
    assert got == status
    assert "Ana" not in body
    assert "set-cookie" not in answered
    assert served.read("People/Joe Chen.md") == before


def test_localhost_is_this_server_too(served: Served) -> None:
    assert served.ask(Host=f"localhost:{served.port}")[0] == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused(served: Served, method: str) -> None:
    assert served.ask(method)[0] == 405


def test_nothing_is_written_by_get(served: Served) -> None:
    before = {path: path.read_bytes() for path in served.root.rglob("*.md")}
    token = served.token()
    for path in ("/tick", "/record", "/heard", "/state", "/snooze", "/undo"):
        query = urlencode({"token": token, "verb": "met", "person": "Joe", "text": "x", "id": "x", "sign": "x"})
        assert served.ask(path=f"{path}?{query}")[0] == 404
    assert {path: path.read_bytes() for path in served.root.rglob("*.md")} == before


def test_a_form_without_its_token_or_origin_is_refused(served: Served) -> None:
    form = {"verb": "met", "person": "Joe"}
    before = served.read("People/Joe Chen.md")
    assert served.ask("POST", "/record", urlencode(form))[0] == 403
    assert served.ask("POST", "/record", urlencode({**form, "token": "wrong"}))[0] == 403
    right = urlencode({**form, "token": served.token()})
    assert served.ask("POST", "/record", right, Origin=None)[0] == 403
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/json", None):
        assert served.ask("POST", "/record", right, Content_Type=kind)[0] == 415
    assert served.read("People/Joe Chen.md") == before


def test_oversized_bodies_are_refused_without_being_read(served: Served) -> None:
    token = served.token()
    assert served.ask("POST", "/heard", "x", Content_Length="99999999999")[0] == 413
    assert served.ask("POST", "/heard", urlencode({"token": token, "text": "y" * 70_000}))[0] == 413
    many = urlencode([("token", token), *((f"f{at}", "x") for at in range(50))])
    assert served.ask("POST", "/heard", many)[0] == 400
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as line:
        head = f"POST /heard HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nCookie: {served.cookie}\r\n"
        head += f"Origin: http://127.0.0.1:{served.port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        line.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        with contextlib.suppress(OSError):
            for _ in range(100):
                line.sendall(b"1000\r\n" + b"z" * 4096 + b"\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert b" 413 " in line.recv(200)
    assert served.ask()[0] == 200


def test_nonsense_on_the_line_harms_nobody(served: Served) -> None:
    for said in (
        b"\x00" * 100,
        b"GET\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
        b"A" * 70_000,
        b"\x16\x03\x01\x02\x00\x01\x00",
    ):
        with socket.create_connection(("127.0.0.1", served.port), timeout=30) as line, contextlib.suppress(OSError):
            line.sendall(said)
            line.shutdown(socket.SHUT_WR)
            while line.recv(1000):
                pass
    assert served.ask()[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%2e%2e/", "//etc/passwd", "/static/../Me.md", "/Me.md",
        "/.env",
        "/person?path=../Me.md", "/person?path=/etc/passwd", "/person?path=Me.md", "/person?path=People%2F..%2FMe.md",
        "/person?path=Daily/2026-11-19.md", "/person?path=", "/person", "/person?path=People/Sam%20Whitcombe.md",
        "/person?path=%00", "/templates", "/%00", "/%ff",
    ],
)  # fmt: skip
def test_paths_lead_to_pages_only(served: Served, path: str) -> None:
    status, _, body = served.ask(path=path)
    assert status == 404
    assert "root:" not in body
    assert "bookbinding" not in body
    assert "Whitcombe" not in body


def test_slow_clients_hold_up_nobody(served: Served) -> None:
    """A hundred that send a byte and wait, and some with half a form: the page comes all the same."""
    lines = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(100)]
    head = f"POST /heard HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nCookie: {served.cookie}\r\n"
    head += f"Origin: http://127.0.0.1:{served.port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    try:
        for at, line in enumerate(lines):
            line.sendall(f"{head}Content-Length: 50\r\n\r\ntok".encode() if at % 3 == 0 else b"G")
        assert served.ask()[0] == 200
        lines[0].settimeout(60)
        assert b" 408 " in lines[0].recv(200)
        lines[1].settimeout(60)
        assert lines[1].recv(200) == b"", "a line on which nothing comes is closed"
    finally:
        for line in lines:
            line.close()
    assert served.ask()[0] == 200


def test_a_hundred_at_once_get_the_same_page(served: Served) -> None:
    with ThreadPoolExecutor(100) as many:
        pages = list(many.map(lambda _: served.ask(), range(100)))
    assert {status for status, _, _ in pages} == {200}
    assert len({body for _, _, body in pages}) == 1


# What is written


def test_a_captured_need_and_its_undo(tmp_path: Path) -> None:
    with serving(tmp_path, TOWN) as served:
        served.enter()
        before = served.read("People/Joe Chen.md")
        status, told = served.post("/record", verb="need", person="joe", text="a  quiet\nroom")
        assert (status, told) == (303, "need noted for Joe Chen")
        assert "- [ ] a quiet room ➕ 2026-11-24\n" in served.read("People/Joe Chen.md")
        page = served.ask(path="/needs")[2]
        assert "a quiet room" in page
        told = served.ask("POST", "/heard", urlencode({"token": served.token(), "text": "a quiet room is free"}))[1]
        assert "Noted in a new daily note" in served.ask(path=told["location"])[2]
        assert "a quiet room is free" in served.read("Daily/2026-11-24.md")
        undo = re.search(r'action="/undo".*?name="id" value="([^"]+)"', served.ask(path=told["location"])[2])
        assert undo
        assert served.post("/undo", id=undo[1]) == (303, "Taken back")
        assert not (served.root / "Daily/2026-11-24.md").exists() or "free" not in served.read("Daily/2026-11-24.md")
        assert "Taken back" not in served.post("/undo", id=undo[1])[1]
        _, told2, _ = served.ask("POST", "/undo", urlencode({"token": served.token(), "id": "none"}))
        assert "said=" in told2["location"]
        assert served.read("People/Joe Chen.md") != before


def test_states_snoozes_and_contacts(tmp_path: Path) -> None:
    with serving(tmp_path, TOWN) as served:
        served.enter()
        page = served.ask(path="/needs?text=piano")[2]
        need = re.search(r'name="need" value="([0-9a-z]{8})"', page)
        assert need
        assert (
            served.post("/state", need=need[1], state="helping")[1] == "Joe Chen: an old piano to take apart (helping)"
        )
        assert "- [/] an old piano" in served.read("People/Joe Chen.md")
        assert "rests until 2026-12-24" in served.post("/snooze", need=need[1])[1]
        assert "⏳ 2026-12-24" in served.read("People/Joe Chen.md")
        assert "is not due before 2026-12-01" in served.post("/snooze", person="Joe Chen", **{"for": "week"})[1]
        assert "snooze: 2026-12-01" in served.read("People/Joe Chen.md")
        assert served.post("/record", verb="met", person="zoe", text="")[1] == "met noted for Zoë Ångström"
        assert "2026-11-24 #met" in served.read("People/Zoë Ångström.md")
        for wrong in (
            {"verb": "need", "person": "Joe", "text": " "},
            {"verb": "hug", "person": "Joe", "text": "x"},
            {"verb": "need", "person": "nobody", "text": "x"},
            {"verb": "need", "person": "Joe", "text": "y" * 3000},
        ):
            before = served.read("People/Joe Chen.md")
            assert served.post("/record", **wrong)[0] == 303
            assert served.read("People/Joe Chen.md") == before


def test_a_second_server_for_the_vault_is_refused(served: Served) -> None:
    command = [sys.executable, "-c", START, "--vault", str(served.root), "serve"]
    done = subprocess.run(command, env=served.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 10
    assert "served already" in done.stderr


def test_a_page_of_the_server_sends_back_to_pages_only(served: Served) -> None:
    for back in ("//evil.example", "https://evil.example", "/\\evil.example", "/x\r\nSet-Cookie: a=b", "javascript:1"):
        form = urlencode({"token": served.token(), "id": "x", "back": back})
        status, headers, _ = served.ask("POST", "/undo", form)
        assert status == 303
        assert re.fullmatch(r"/\?said=[\w-]+", headers["location"])
        assert "set-cookie" not in headers


def test_nothing_private_is_served(served: Served) -> None:
    for path in (
        "/",
        "/needs",
        "/needs?state=all",
        "/stats",
        "/search?q=limp",
        "/search?q=whitcombe",
        "/search?q=tailor",
    ):
        status, _, body = served.ask(path=path)
        assert status == 200
        without_question = re.sub(
            r'class="dates">[^<]*<|<title>[^<]*<|back" value="[^"]*"|href="/search[^"]*"', "", body
        )
        assert not re.search("whitcombe|discreet|limping|limped", without_question, re.IGNORECASE), path
    assert "nobody here is called" in served.post("/record", verb="need", person="Sam Whitcombe", text="x")[1]
    assert "discreet" in served.read("People/Sam Whitcombe.md")


def test_a_broken_template_gives_a_message(tmp_path: Path) -> None:
    with serving(tmp_path, TOWN) as served:
        served.enter()
        (served.root / "Templates").mkdir()
        (served.root / "Templates/needs.html.j2").write_text("\n{{ nothing }}")
        status, _, body = served.ask(path="/needs")
        assert status == 500
        assert "needs.html.j2:2" in body
        assert served.ask()[0] == 200


def test_hostile_words_stay_words(served: Served) -> None:
    for payload in PAYLOADS[::7]:
        for path in ("/search?q=", "/needs?text=", "/?x=", "/person?path=", "/needs?state="):
            status, _, body = served.ask(path=path + quote(payload, safe=""))
            assert status in (200, 404)
            assert body.count("<script>") == 1
            assert not re.search(r"<(?:img|iframe|object|svg[^ >]* on)", body)


# In the browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


def click(visit: Visit, button: str, done: Callable[[], bool]) -> str:
    """Press a button, and wait for the page that says what it did."""
    before = visit.page.url
    visit.page.locator(button).first.click()
    visit.page.wait_for_url(lambda url: "said=" in url and url != before)
    deadline = time.monotonic() + 30
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert done()
    return str(visit.page.locator("div.said").first.inner_text())


def test_a_click_ends_as_the_right_line_and_undo_takes_it_back(browser: Any, tmp_path: Path) -> None:
    with serving(
        tmp_path, {**TOWN, "People/Kim Lo.md": "---\ntype: person\ncadence: 7d\n---\n## Log\n- 2026-10-01 #met\n"}
    ) as served:
        before = served.read("People/Kim Lo.md")
        with Visit(browser, served.address) as visit:
            visit.page.wait_for_selector("h1")
            assert visit.page.url == f"http://127.0.0.1:{served.port}/"
            card = "li:has(h3:has-text('Kim Lo')) >> button:has-text('In touch')"
            told = click(visit, card, lambda: served.read("People/Kim Lo.md") != before)
            assert "In touch: Kim Lo" in told
            after = served.read("People/Kim Lo.md")
            assert re.fullmatch(re.escape(before) + r"- 2026-11-24 #met \^t-[0-9a-z]{8}-2026w48\n", after)
            page = served.read("Reviews/2026-W48.md")
            assert re.search(r"- \[x\] .*Kim Lo", page)
            assert visit.page.locator(card).count() == 0
            told = click(visit, "button:has-text('Undo')", lambda: served.read("People/Kim Lo.md") == before)
            assert "Taken back" in told
            assert not re.search(r"- \[x\] .*Kim Lo", served.read("Reviews/2026-W48.md"))
            assert visit.page.locator(card).count() == 1
            assert visit.complaints == []


def unfold(visit: Visit) -> None:
    """Show what is folded away."""
    visit.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


def test_a_match_is_passed_on_and_another_is_of_no_use(browser: Any, tmp_path: Path) -> None:
    notes = {path.relative_to(EXAMPLE).as_posix(): path.read_text("utf-8") for path in EXAMPLE.rglob("*.md")}
    with serving(tmp_path, notes, "2026-11-22") as served, Visit(browser, served.address) as visit:
        visit.page.wait_for_selector("h1")
        who = "People/Tomasz Wilk.md"
        before = served.read(who)
        found = visit.page.locator(".seen:has-text('screw-cutting lathe')").first.get_attribute("id")
        assert found
        unfold(visit)
        told = click(visit, f"#{found} >> button:has-text('Not useful')", lambda: (served.root / "Reviews").exists())
        assert "Not useful: Tomasz Wilk" in told
        assert "[-] " in next(line for line in served.read("Reviews/2026-W47.md").split("\n") if found in line)
        assert visit.page.locator(f"#{found}").count() == 0
        assert served.read(who) == before
        click(visit, "button:has-text('Undo')", lambda: True)
        unfold(visit)
        told = click(visit, f"#{found} >> button:has-text('Passed on')", lambda: served.read(who) != before)
        assert "Passed on: Tomasz Wilk" in told
        now = served.read(who)
        assert f"^{found}\n" in now
        assert "- [/] a small second-hand lathe" in now
        click(visit, "button:has-text('Undo')", lambda: served.read(who) == before)
        heard = "form[action='/heard']"
        visit.page.fill(f"{heard} input[name=text]", "the chandler sells a small lathe, second-hand")
        told = click(visit, f"{heard} button", lambda: (served.root / "Daily/2026-11-22.md").exists())
        assert "It may help" in told
        assert "Tomasz Wilk" in told


def test_the_page_follows_the_notes_and_waits_while_one_types(browser: Any, tmp_path: Path) -> None:
    with serving(tmp_path, TOWN) as served, Visit(browser, served.address) as visit:
        visit.page.wait_for_selector("h1")
        (served.root / "People/New Face.md").write_text(
            "---\ntype: person\n---\n## Needs\n- [ ] a boat 📅 2026-11-30\n"
        )
        visit.page.wait_for_selector("text=a boat", timeout=60_000)
        visit.page.fill("form[action='/heard'] input[name=text]", "half a sen")
        (served.root / "People/Newer Face.md").write_text(
            "---\ntype: person\n---\n## Needs\n- [ ] a car 📅 2026-11-30\n"
        )
        visit.page.wait_for_selector("#changed:not([hidden])", timeout=60_000)
        assert visit.page.input_value("form[action='/heard'] input[name=text]") == "half a sen"
        assert visit.page.locator("text=a car").count() == 0


def test_every_served_page_is_open_to_all(browser: Any, served: Served) -> None:
    with Visit(browser, served.address) as visit:
        visit.page.wait_for_selector("h1")
        for path in ("/", "/needs", "/stats", "/search?q=piano", "/person?path=People%2FAna%20Ruiz.md"):
            for scheme, width in (("light", 1280), ("dark", 320)):
                visit.page.emulate_media(color_scheme=scheme)
                visit.page.set_viewport_size({"width": width, "height": 800})
                visit.page.goto(f"http://127.0.0.1:{served.port}{path}")
                assert visit.overflow() == 0, path
                assert visit.violations() == [], path
        assert visit.complaints == []


def test_another_site_can_neither_read_nor_write(browser: Any, served: Served, tmp_path: Path) -> None:
    """A page of somebody else's, in the same browser: its form, picture, frame and question get nothing."""
    before = {path: path.read_bytes() for path in served.root.rglob("*.md")}
    target = f"http://127.0.0.1:{served.port}"
    evil = tmp_path / "evil.html"
    evil.write_text(
        f"<form id=f action={target}/record method=post><input name=verb value=met><input name=person value=Joe></form>"
        f"<iframe src={target}/></iframe><script>window.got = 'nothing';"
        f"fetch('{target}/', {{credentials: 'include'}}).then(a => a.text()).then(t => window.got = t).catch(() => 0);"
        f"fetch('{target}/record', {{method: 'POST', mode: 'no-cors', credentials: 'include', "
        "body: new URLSearchParams({verb: 'met', person: 'Joe'})}).catch(() => 0)</script>"
    )
    with Visit(browser, served.address) as visit:
        visit.page.wait_for_selector("h1")
        other = visit.context.new_page()
        other.goto(evil.as_uri())
        other.wait_for_timeout(500)
        assert other.evaluate("window.got") == "nothing"
        other.evaluate("document.getElementById('f').submit()")
        other.wait_for_load_state()
        assert "one browser" in other.inner_text("body")
    assert {path: path.read_bytes() for path in served.root.rglob("*.md")} == before

"""The page in a real browser: complete, quiet, readable, and nothing in it that acts or is private."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from mdnet.app import brief, draft, html, stats
from mdnet.app.review import build_review
from mdnet.app.templates import html_page, renderer
from mdnet.app.workspace import Workspace
from mdnet.core import review
from mdnet.core.draft import KINDS
from mdnet.core.model import Match, Passage
from mdnet.core.review_model import Budget
from mdnet.core.weeks import week_of
from mdnet.errors import NotFoundError, TemplateError, WriteRefusedError
from tests.browser import LAPTOP, NARROW, PHONE, Visit, chromium
from tests.corpus.payloads import PAYLOADS
from tests.town import TODAY, TOWN

Opener = Callable[[dict[str, str]], Workspace]
EXAMPLE = Path(__file__).resolve().parents[2] / "example-vault"
WORDS_ONLY = {"mdnet.toml": 'matching = "none"\n'}
EVERYTHING = Budget(**dict.fromkeys(Budget.__dataclass_fields__, 10_000))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


def public_review(work: Workspace, today: date = TODAY) -> dict[str, Any]:
    return review.as_json(build_review(work, today, public=True))


def example(opener: Opener) -> tuple[Workspace, date]:
    """The example vault: a page full of data."""
    notes = {path.relative_to(EXAMPLE).as_posix(): path.read_text("utf-8") for path in EXAMPLE.rglob("*.md")}
    return opener({**notes, **WORDS_ONLY}), date(2026, 11, 22)


def everything(work: Workspace, today: date = TODAY, **fields: Any) -> dict[str, Any]:
    """A review that leaves nothing out: every need with a passage of the same wording."""
    network = work.index.network()
    matches = [
        Match(
            need,
            Passage(f"Clips/{at}.md", 3, need.text, today, title=need.text, heading=need.text, source=need.text),
            2.0,
            (need.text[:40],),
            ((0, 4),),
            new=True,
        )
        for at, need in enumerate(network.needs)
    ]
    built = review.build(
        network, matches, (), week=week_of(today), since=today - timedelta(days=7), today=today, public=True,
        budget=EVERYTHING, default_cadence=30, **fields,
    )  # fmt: skip
    return review.as_json(built)


# One file


def test_the_page_is_one_private_file_outside_the_vault(town: Workspace) -> None:
    path = html.write_page(town, public_review(town))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.is_relative_to(town.root)
    assert path.is_relative_to(town.folders.state)
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_the_page_goes_where_the_user_says(town: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "new" / "week.html"
    assert html.write_page(town, public_review(town), out=out) == out
    assert out.read_text("utf-8").startswith("<!doctype html>")


def test_a_page_takes_the_place_of_a_page_and_of_nothing_else(town: Workspace, tmp_path: Path) -> None:
    note, link, out, other = (
        town.root / "People/Ana Ruiz.md",
        tmp_path / "link",
        tmp_path / "a.html",
        tmp_path / "b.txt",
    )
    before = note.read_bytes()
    link.symlink_to(note)
    for path in (note, link, town.root / "New.MD"):
        with pytest.raises(WriteRefusedError, match="would be a note"):
            html.write_page(town, public_review(town), out=path)
        with pytest.raises(WriteRefusedError, match="would be a note"):
            brief.write_page(town, "Ana Ruiz", TODAY, out=path)
    assert note.read_bytes() == before
    assert not (town.root / "New.MD").exists()
    other.write_text("<!doctype html>\n<p>somebody's own\n", "utf-8")
    with pytest.raises(WriteRefusedError, match="no page of mdnet's"):
        stats.write_page(town, TODAY, out=other)
    assert other.read_text("utf-8") == "<!doctype html>\n<p>somebody's own\n"
    other.write_text("", "utf-8")
    stats.write_page(town, TODAY, out=other)
    stats.write_page(town, TODAY, out=other)
    link.unlink()
    link.symlink_to(out)
    assert html.write_page(town, public_review(town), out=link) == link
    html.write_page(town, public_review(town), out=link)
    assert link.is_symlink()
    assert out.read_text("utf-8").startswith("<!doctype html>")


def test_a_folder_in_the_way_is_refused(town: Workspace, tmp_path: Path) -> None:
    with pytest.raises(WriteRefusedError, match="cannot be written"):
        html.write_page(town, public_review(town), out=tmp_path)
    assert not list(tmp_path.glob(".mdnet-*"))


def test_a_review_with_private_things_makes_no_page(town: Workspace) -> None:
    with pytest.raises(ValueError, match="public"):
        html.write_page(town, review.as_json(build_review(town, TODAY)))


VOID = {"meta", "link", "br", "input", "path", "rect", "circle", "line", "polygon"}


class Outline(HTMLParser):
    """Tags, ids, links and text of a page, with a check that elements nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-3:]}")
        else:
            self.open.pop()


def outline_of(page: str) -> Outline:
    outline = Outline(page)
    assert outline.wrong == []
    assert outline.open == []
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids)), "ids stand once"
    for _, attributes in outline.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("aria-labelledby", "for"):
            for target in (attributes.get(name) or "").split():
                assert target in ids
        href = attributes.get("href") or ""
        assert (
            href.partition(":")[0] in ("obsidian", "file", "mailto", "tel", "https", "http", "data") or href[:1] in "#/"
        )
        if href.startswith("#"):
            assert href[1:] in ids
    return outline


def test_the_page_is_well_formed_and_its_links_lead_to_what_is_there(opener: Opener) -> None:
    work, today = example(opener)
    page = html.write_page(work, public_review(work, today)).read_text("utf-8")
    outline = outline_of(page)
    hrefs = [attributes.get("href") or "" for _, attributes in outline.tags]
    notes = [href for href in hrefs if href.startswith("file:")]
    assert len(notes) > 3
    for href in notes:
        assert Path(re.sub(r"%([0-9A-F]{2})", "", href)).suffix == ".md"
        from urllib.parse import unquote, urlsplit

        assert Path(unquote(urlsplit(href).path)).is_file()
    assert any(href.startswith("obsidian://open?vault=vault&file=") for href in hrefs)
    assert any("body=" in href for href in hrefs if href.startswith("mailto:"))


def test_a_label_has_one_number_on_a_page_and_on_all_pages(opener: Opener) -> None:
    work, today = example(opener)
    pages = [html.write_page(work, public_review(work, today)), stats.write_page(work, today)]
    said = [
        set(re.findall(r"<b>([^<]+)</b> (?:<span>)?([^<]+)(?:</span></a></li>|</figcaption>|</span></div>)", text))
        for text in (path.read_text("utf-8") for path in pages)
    ]
    for found in said:
        labels = [label for _, label in found]
        assert len(labels) == len(set(labels)), sorted(found)
    live = {number for found in said for number, label in found if label == "needs open or being helped with"}
    figures = stats.gather(work, today, public=True)
    assert live == {str(figures.open + figures.helping)}
    assert (str(figures.open), "needs open") in said[1]


# In the browser


@pytest.mark.parametrize("full", [True, False], ids=["full", "empty"])
def test_nobody_is_shut_out(browser: Any, opener: Opener, full: bool) -> None:
    """axe-core finds nothing in either scheme, the page fits a narrow phone, and asks for nothing but itself."""
    work, today = example(opener) if full else (opener({"Me.md": "---\ntype: me\n---\n"}), TODAY)
    pages = [html.write_page(work, public_review(work, today)), stats.write_page(work, today)]
    if full:
        pages.append(brief.write_page(work, "Tomasz", today))
    for path in pages:
        for scheme in ("light", "dark"):
            for width in (LAPTOP, PHONE, NARROW):
                with Visit(browser, path.as_uri(), width=width, scheme=scheme) as visit:
                    assert visit.overflow() == 0, (path.name, width)
                    assert visit.requests == [path.as_uri()]
                    assert visit.complaints == []
                    if (width, scheme) in ((LAPTOP, "light"), (NARROW, "dark")):
                        assert visit.violations() == [], (path.name, scheme)


def test_the_page_needs_no_script_and_shows_the_numbers_as_text(browser: Any, opener: Opener) -> None:
    work, today = example(opener)
    path = html.write_page(work, public_review(work, today))
    with Visit(browser, path.as_uri(), java_script_enabled=False) as visit:
        said = visit.page.inner_text("main")
    assert "gave 1 · asked 0 · got 6" in said
    assert "12 times, last 20 Nov 2026" in said
    with Visit(browser, path.as_uri()) as visit:
        assert visit.page.evaluate("document.scripts.length") == 0
        pictures = visit.page.locator("svg[role=img]")
        assert pictures.count() > 20
        titles = visit.page.evaluate(
            "[...document.querySelectorAll('svg[role=img]')].map(s => s.querySelector('title').textContent)"
        )
        assert all(titles)
        assert "Wilf Harkaway: gave 1 · asked 0 · got 6" in titles


def test_everything_can_be_reached_by_keyboard(browser: Any, opener: Opener) -> None:
    work, today = example(opener)
    path = html.write_page(work, public_review(work, today))
    with Visit(browser, path.as_uri()) as visit:
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.textContent") == "To the content"
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate("location.hash") == "#content"
        count = visit.page.locator("a[href], summary, [tabindex='0']").count()
        assert visit.page.evaluate("[...document.querySelectorAll('a,summary')].every(e => e.tabIndex >= 0)")
        assert count > 50


def test_on_paper_links_are_readable_and_folded_parts_open(browser: Any, opener: Opener) -> None:
    work, today = example(opener)
    path = html.write_page(work, public_review(work, today))
    with Visit(browser, path.as_uri(), width=700) as visit:
        visit.page.emulate_media(media="print")
        after = "getComputedStyle(document.querySelector('a[data-path]'), '::after').content"
        assert ".md" in visit.page.evaluate(after)
        hidden = visit.page.locator("nav.parts, .act .screen").all()
        assert hidden
        assert not any(item.is_visible() for item in hidden)
        assert visit.page.locator("details table").first.is_visible()
        assert visit.overflow() == 0


# Nothing acts


def hostile(opener: Opener) -> Workspace:
    """A vault in which every payload is a need, a property, an alias, a log line, and where possible a name."""
    notes: dict[str, str] = {**WORDS_ONLY, "Me.md": f"---\ntype: me\naliases: {json.dumps(PAYLOADS[:3])}\n---\n"}
    for at, payload in enumerate(PAYLOADS):
        line = " ".join(payload.replace("\x00", " ").split())
        name = re.sub(r"[/\x00-\x1f\x7f]", "", payload)[:80].strip(" .@") or "x"
        fields = dict.fromkeys(("company", "role", "location", "relation", "birthday", "language"), payload)
        head = {**fields, "type": "person", "cadence": "1d", "aliases": [payload], "offers": [payload]}
        head |= {"email": [payload, f"{at}@x.example"], "phone": payload, "url": payload}
        notes[f"People/{at:03d} {name}.md"] = (
            "---\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in head.items()) + "---\n"
            f"## Needs\n- [ ] {line} {at} ➕ 2026-01-02 📅 2026-11-28\n\n## Log\n"
            f"- 2026-10-01 #gave {line}\n- 2026-10-02 #asked {line} \n- 2026-10-03 #got {line}\n"
        )  # fmt: skip
    return opener(notes)


def inert(visit: Visit, url: str, *, scripts: int = 0) -> None:
    """Nothing ran, nothing was asked for, and the page is whole."""
    page = visit.page
    page.mouse.wheel(0, 500)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.wait_for_timeout(150)
    assert page.evaluate("window.hit") is None
    assert visit.dialogs == []
    assert visit.requests == [url]
    assert page.evaluate("document.scripts.length") == scripts
    handlers = (
        "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => a.name.startsWith('on'))).length"
    )
    assert page.evaluate(handlers) == 0
    assert (
        page.evaluate("document.querySelectorAll('img,iframe,object,embed,base,meta[http-equiv=refresh]').length") == 0
    )
    assert page.locator("main").count() == 1
    assert page.locator("body > .wrap > footer").count() == 1
    bad = "[...document.links].filter(a => !/^(https?|mailto|tel|obsidian|file):/.test(a.href)).map(a => a.href)"
    assert page.evaluate(bad) == []


def test_there_are_enough_payloads() -> None:
    assert len(set(PAYLOADS)) >= 200


def test_no_text_of_a_note_acts_with_the_policy_and_without(browser: Any, opener: Opener, tmp_path: Path) -> None:
    work = hostile(opener)
    assert len(work.index.network().people) == len(PAYLOADS)
    data = html.review_data(work, everything(work))
    pages = [html_page(renderer(work), "review.html.j2", data)[0], *_other_pages(work)]
    for number, page in enumerate(pages):
        bare, removed = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        assert removed == 1
        for name, text in (("with", page), ("without", bare)):
            path = tmp_path / f"{number}-{name}.html"
            path.write_text(text, "utf-8", "backslashreplace")
            with Visit(browser, path.as_uri()) as visit:
                inert(visit, path.as_uri())
                assert visit.complaints == []
                if number == 0:
                    said = _read(visit.page.evaluate("document.body.textContent"))
                    assert [payload for payload in PAYLOADS if _read(payload)[:20].strip() not in said] == []


def _read(text: str) -> str:
    """What is to be read of a text: less what cannot be seen, on one line."""
    return " ".join(re.sub("[\x00-\x1f\x7f-\x9f\u2028]", " ", re.sub("[\u200b\u202c\u202e\ufeff]", "", text)).split())


def _other_pages(work: Workspace) -> list[str]:
    """Briefs of two people, and the figures."""
    paths = list(work.index.network().people)
    texts = [brief.write_page(work, path, TODAY).read_text("utf-8") for path in (paths[0], paths[60])]
    return [*texts, stats.write_page(work, TODAY).read_text("utf-8")]


# Nothing private


PRIVATE = {
    **TOWN,
    **WORDS_ONLY,
    "People/Sam Whitcombe.md": (
        "---\ntype: person\nprivate: true\naliases: [Sammy, 李明]\ncompany: Quietude Ltd\ncadence: 1d\n---\n"
        "## Needs\n- [ ] a discreet tailor ➕ 2026-09-01 📅 2026-11-28\n\n"
        "## Log\n- 2026-10-01 #gave a secret umbrella\n- 2026-10-02 #asked a hidden favour\n"
    ),
    "People/Uma Novak.md": (
        "---\ntype: person\nrole: assistant to Sam Whitcombe\ncompany: Novak & SAMMY\nrelation: friend\n"
        "cadence: 1d\n---\n"
        "## Needs\n- [ ] a confidential notary ➕ 2026-09-01 #private\n- [ ] news of sam  whitcombe ➕ 2026-09-01\n"
        "- [ ] a public bench ➕ 2026-09-01\n\n## Log\n- 2026-10-01 #met with 李明一起 at the inn\n"
        "- 2026-10-02 #met whispered numbers #private\n- 2026-10-03 #met by the pond\n"
    ),
    "Diary.md": "---\nprivate: true\ndate: 2026-11-20\n---\nA public bench was painted by the unmentionable club.\n",
    "Daily/2026-11-21.md": (
        "- a public bench stands at Sammy's place\n- a public bench is free #private\n"
        "- a public bench, green, for nothing\n"
    ),
}  # fmt: skip
SECRETS = re.compile(
    "whitcombe|sammy|李明|quietude|discreet|umbrella|hidden favour|confidential|whispered|unmentionable|bench is free",
    re.IGNORECASE,
)


def test_nothing_private_is_on_any_page_or_in_any_message(opener: Opener) -> None:
    work = opener(PRIVATE)
    everybody = review.as_json(build_review(work, TODAY, public=True))
    texts = [
        html.write_page(work, everybody).read_text("utf-8"),
        html_page(renderer(work), "review.html.j2", html.review_data(work, everything(work)))[0],
        brief.write_page(work, "Uma", TODAY).read_text("utf-8"),
        stats.write_page(work, TODAY).read_text("utf-8"),
    ]
    for kind in KINDS:
        wish = draft.Wish(kind, "Uma", "Joe" if kind == "intro" else "", text="the bench")
        texts += [message.subject + message.body for message in draft.write(work, wish, TODAY)]
    for text in texts:
        assert [text[max(found.start() - 80, 0) : found.end() + 40] for found in SECRETS.finditer(text)] == []
    assert all("a public bench" in text for text in texts[:3])
    assert '"people": 4' in json.dumps(stats.as_json(stats.gather(work, TODAY, public=True)))
    for refused in (
        lambda: brief.write_page(work, "Sam", TODAY),
        lambda: draft.write(work, draft.Wish("help", "Sam"), TODAY),
    ):
        with pytest.raises(NotFoundError, match="private"):
            refused()
    with pytest.raises(NotFoundError, match="private"):
        draft.write(work, draft.Wish("intro", "Uma", "Sam"), TODAY)


def test_the_terminal_shows_private_things_of_ones_own(opener: Opener) -> None:
    work = opener(PRIVATE)
    shown = brief.as_markdown(work, brief.gather(work, "Sam", TODAY, public=False))
    assert "a discreet tailor" in shown


# The user's templates


def put(work: Workspace, name: str, text: str) -> None:
    folder = work.root / "Templates"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def test_a_template_of_the_users_wins_and_may_build_on_mdnets(town: Workspace) -> None:
    put(
        town,
        "review.html.j2",
        '{% extends "mdnet/review.html.j2" %}{% block lead %}<p>Mine: {{ week }}</p>{% endblock %}',
    )
    page = html.write_page(town, public_review(town)).read_text("utf-8")
    assert "<p>Mine: 2026-W48</p>" in page
    assert page.index("Content-Security-Policy") < page.index("Mine")
    outline_of(page)


def test_a_part_of_the_users_is_used_in_every_page(town: Workspace) -> None:
    put(
        town,
        "page.html.j2",
        '<title>{{ vault }}</title></head><body class="mine">{% block content %}{% endblock %}</body></html>',
    )
    assert 'class="mine"' in html.write_page(town, public_review(town)).read_text("utf-8")


def test_a_style_of_the_users_is_allowed_by_its_hash(browser: Any, town: Workspace) -> None:
    put(town, "page.css.j2", "body { background: rgb(1, 2, 3); } /* </style><script>window.hit=1</script> */")
    path = html.write_page(town, public_review(town))
    with Visit(browser, path.as_uri()) as visit:
        assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(1, 2, 3)"
        assert visit.page.evaluate("window.hit") is None
        assert visit.complaints == []


def test_a_broken_template_never_costs_a_page_that_was_there(town: Workspace) -> None:
    path = html.write_page(town, public_review(town))
    before = path.read_bytes()
    for broken in ("\n\n{{ nothing_of_that_name }}", "\n\n{% for %}", "\n\n{{ 1 / 0 }}"):
        put(town, "review.html.j2", broken)
        with pytest.raises(TemplateError, match=r"review\.html\.j2:3: "):
            html.write_page(town, public_review(town))
    for away in (
        '<meta http-equiv="refresh" content="0;url=https://x">',
        "<base href=//x>",
        "<META\nHTTP-EQUIV=refresh>",
    ):
        put(town, "review.html.j2", away)
        with pytest.raises(TemplateError, match="lead away"):
            html.write_page(town, public_review(town))
    assert path.read_bytes() == before


def test_a_template_of_the_users_cannot_run_or_send_anything(browser: Any, town: Workspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        away = f"http://127.0.0.1:{elsewhere.getsockname()[1]}"
        put(
            town,
            "review.html.j2",
            f"<title>x</title></head><body><script>window.hit=1</script><img src={away}/x onerror=window.hit=1>"
            f"<iframe src={away}></iframe><form action={away}><button>x</button></form></body></html>",
        )
        path = html.write_page(town, public_review(town))
        with Visit(browser, path.as_uri()) as visit:
            visit.page.evaluate("document.querySelector('button').click()")
            visit.page.wait_for_timeout(200)
            assert visit.page.evaluate("window.hit") is None
            assert any("Content Security Policy" in said for said in visit.complaints)
        assert _received(elsewhere) == b""


def _received(server: socket.socket) -> bytes:
    """What browsers sent; a line that was opened and not used is nothing."""
    server.settimeout(0.05)
    said = b""
    with contextlib.suppress(TimeoutError):
        while True:
            line, _ = server.accept()
            with line, contextlib.suppress(TimeoutError):
                line.settimeout(0.2)
                said += line.recv(1000)
    return said


# Size


def test_a_page_for_two_thousand_people_stays_small(opener: Opener, browser: Any) -> None:
    notes = {
        f"People/Person Number {at:04d}.md": (
            f"---\ntype: person\nrole: role {at}\ncompany: Company {at % 97}\nemail: p{at}@x.example\n"
            "cadence: 30d\n---\n"
            + (f"## Needs\n- [ ] a thing number {at} that is wanted for spring ➕ 2026-10-01\n" if at % 4 == 0 else "")
            + f"## Log\n- 2026-0{at % 9 + 1}-11 #met at the fair\n- 2026-08-{at % 28 + 1:02d} #gave a hint\n"
        )
        for at in range(2000)
    }  # fmt: skip
    work = opener({**notes, **WORDS_ONLY})
    network = work.index.network()
    assert len(network.people) == 2000
    assert sum(need.state == "open" for need in network.needs) == 500
    built = review.build(
        network,
        [
            replace(
                Match(need, Passage("Daily/2026-11-20.md", 3, f"{need.text} " * 9, TODAY, "A day"), 2.0),
                new=True,
            )
            for need in network.needs
        ],
        (), week=week_of(TODAY), since=TODAY - timedelta(days=7), today=TODAY, public=True,
    )  # fmt: skip
    path = html.write_page(work, review.as_json(built))
    assert path.stat().st_size < 1_000_000
    with Visit(browser, path.as_uri()) as visit:
        assert visit.page.locator("h2").count() > 5

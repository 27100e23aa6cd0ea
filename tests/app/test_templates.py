"""The documentation of the templates says what they get, all of it, with examples of the right kind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mdnet.adapters.template_files import own_names, own_source, purpose, variables
from mdnet.app import brief, html, serve_pages, stats
from mdnet.app.review import build_review, write_review
from mdnet.core import draft, review
from mdnet.core.draft import About
from mdnet.core.weeks import week_of
from mdnet.errors import NotFoundError
from tests.samples import ANA, HELPERS, JOE, MATCHES, ME, NETWORK, SINCE, TODAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdnet.app.workspace import Workspace

EXAMPLE = Path(__file__).resolve().parents[2] / "example-vault"
PARTS = {"page.html.j2", "page.css.j2", "parts.html.j2", "charts.html.j2", "controls.html.j2"}
BY_KEY = re.compile(r"[/ ]|\.md$|^(?:m|h|t|s)-")
"""Keys of what is told by path or by id, not names: `Me.md` is a path too."""


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """Every value by its documented name: `matches[].text`, `faces{}.role`."""
    found: dict[str, Any] = {name: value} if name else {}
    if isinstance(value, dict):
        for key, item in value.items():
            below = f"{name.removesuffix('{}')}{{}}" if BY_KEY.search(key) else f"{name}.{key}".lstrip(".")
            found |= {k: v for k, v in flat(item, below).items() if v not in (None, "") or k not in found}
    elif isinstance(value, list):
        for item in value:
            found |= {k: v for k, v in flat(item, f"{name}[]").items() if v not in (None, "") or k not in found}
    return found


def pages(work: Workspace) -> dict[str, dict[str, Any]]:
    """What each template gets, from a vault in which there is something of everything."""
    built = review.build(NETWORK, MATCHES, HELPERS, week=week_of(TODAY), since=SINCE, today=TODAY)
    mine = review.as_json(built)
    data = brief.gather(work, "Wilf", TODAY, public=True)
    return {
        "review.md.j2": mine,
        "review.html.j2": html.review_data(work, review.as_json(build_review(work, TODAY, public=True))),
        "brief.md.j2": data,
        "brief.html.j2": brief.page_variables(work, data, TODAY),
        "stats.html.j2": stats.page_variables(work, stats.gather(work, TODAY, public=True)),
        "needs.html.j2": serve_pages.needs(work, {}),
        "search.html.j2": serve_pages.search(work, {"q": "tomasz"}, TODAY),
        "draft.en.md.j2": draft.plan("intro", ANA, About("x", other=JOE), me=ME)[0].variables,
    }


@pytest.fixture
def work(opener: Callable[[dict[str, str]], Workspace]) -> Workspace:
    notes = {path.relative_to(EXAMPLE).as_posix(): path.read_text("utf-8") for path in EXAMPLE.rglob("*.md")}
    return opener({**notes, "mdnet.toml": 'matching = "none"\n'})


SAME = (
    (r"^(?:more_)?groups\.(?:first|passages)\.", "matches."),
    (r"^more_groups", "groups"),
    (r"^more_matches", "matches"),
    (r"^(?:more_due|no_need)\.", "due."),
    (r"^(?:charts\.)?(?:warnings|balance)\.", "balance."),
)


def bare(name: str) -> str:
    """A name without brackets, lists that hold the same things under one name."""
    name = re.sub(r"\[\]|\{\}", "", name)
    for pattern, other in SAME:
        name = re.sub(pattern, other, name)
    return name


def test_everything_a_template_gets_is_documented(work: Workspace) -> None:
    write_review(work, TODAY)
    for template, data in pages(work).items():
        known = {bare(variable.name) for variable in variables(template)}
        missing = {
            name
            for name in map(bare, flat(data))
            if name not in known
            and name.rpartition(".")[2] not in known
            and not any(other.startswith(f"{name}.") for other in known)
        }
        assert missing == set(), template


def test_what_is_documented_is_there(work: Workspace) -> None:
    everywhere = {variable.name for variable in variables("everywhere")}
    got = {template: set(map(bare, flat(data))) for template, data in pages(work).items()}
    fields = {name.rpartition(".")[2] for names in got.values() for name in names}
    assert {bare(name) for name in everywhere} - fields == set()
    not_today = re.compile(
        r"matches|done\.|obsidian|people\.about|needs\.(?:found|helpers)"
    )  # nothing of that kind in the data
    for template, names in got.items():
        own = {bare(variable.name) for variable in variables(template) if variable.name not in everywhere}
        assert {name for name in own - names if not not_today.match(name)} == set(), template


def test_every_example_is_of_the_kind_that_the_value_is(work: Workspace) -> None:
    for template, data in pages(work).items():
        values = flat(data)
        for variable in variables(template):
            example = json.loads(variable.example.replace(", ...}", "}").replace("{...}", "{}"))
            value = values.get(variable.name)
            if value not in (None, "", []) and "." in variable.name:
                same = isinstance(value, type(example)) or {type(value), type(example)} <= {int, float}
                assert same, f"{template} {variable.name}: {value!r} is not like {example!r}"


def test_every_template_says_what_it_is_for() -> None:
    for name in own_names():
        assert purpose(name).endswith("."), name
        assert bool(variables(name)) == (name not in PARTS), name


@pytest.mark.parametrize("name", ["../pyproject.toml", "/etc/passwd", "README.md", "nothing.j2", ""])
def test_only_templates_are_templates(name: str) -> None:
    with pytest.raises(NotFoundError, match="no template"):
        own_source(name)

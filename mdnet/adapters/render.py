"""Templates: mdnet's own, or the user's of the same name, which wins and is not trusted.

Templates get plain values (text, numbers, lists, dictionaries) and nothing that has methods worth calling, in
Jinja's immutable sandbox, with every name that is not there an error. A template of the user's came with a synced
folder like any note, so it runs in a process of its own with limits on time, memory and output.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

import mdnet
from mdnet.adapters.resources import templates_dir
from mdnet.core import mdtext
from mdnet.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jinja2.bccache import Bucket

SECONDS = 4
"""So long may a template of the user's take."""
MAX_OUTPUT = 8_000_000
"""So many characters may any template make."""
MAX_TEMPLATE = 1_000_000
"""A template file of more bytes is refused."""
MAX_MEMORY = 1 << 30
PAGE_PARTS = ("page.html.j2", "parts.html.j2", "charts.html.j2", "controls.html.j2")
"""What every page is made of beside its own template."""
OWN = "mdnet/"
"""`{% extends "mdnet/review.md.j2" %}` is mdnet's own template, also where the user has one of that name."""

_PACKAGE = Path(mdnet.__file__).resolve().parent

# In what ways the expressions in a template can go wrong.
_FAILURES = (jinja2.TemplateError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


class Renderer:
    """Renders templates by name; `user_folder` holds the user's own, None: there are none.

    `cache` is a folder, made if need be, for mdnet's own templates as Python compiled them: half of the time of a
    page goes into that.
    """

    def __init__(self, user_folder: Path | None = None, *, cache: Path | None = None, seconds: float = SECONDS) -> None:
        self._user = user_folder
        self._cache = cache
        self._seconds = seconds
        self._env: jinja2.Environment | None = None

    def is_users(self, name: str) -> bool:
        """Whether the user has a template of this name, or of a part that this page is made of."""
        if self._user is None:
            return False
        parts = PAGE_PARTS if name.endswith(".html.j2") else ()
        return any(os.path.lexists(self._user / part) for part in (name, *parts))

    def users_names(self) -> list[str]:
        """The names of the user's own templates, in order."""
        try:
            found = sorted(os.listdir(self._user)) if self._user is not None else []
        except OSError:
            return []
        return [name for name in found if name.endswith(".j2")]

    def render(self, name: str, data: Mapping[str, Any]) -> str:
        """The text that template `name` (`review.md.j2`) makes of `data`, plain values as JSON has them.

        Raises TemplateError, with file and line of the template.
        """
        if self._user is not None and self.is_users(name):
            return _render_apart(self._user, name, data, self._seconds)
        self._env = self._env or environment(None, self._cache)
        return render_within(self._env, name, data)


def environment(user_folder: Path | None, cache: Path | None = None) -> jinja2.Environment:
    """A sandbox that finds the templates of `user_folder` first, then mdnet's own."""
    own = _loader(templates_dir())
    places: list[jinja2.BaseLoader] = [jinja2.PrefixLoader({OWN.rstrip("/"): own})]
    if user_folder is not None:
        places.append(_loader(user_folder))
    env = ImmutableSandboxedEnvironment(
        loader=jinja2.ChoiceLoader([*places, own]),
        undefined=jinja2.StrictUndefined,
        autoescape=_is_markup,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_bytecode_cache(cache),
    )
    env.filters.update(FILTERS)
    return env


def _bytecode_cache(folder: Path | None) -> jinja2.BytecodeCache | None:
    """A cache in `folder`, for this user only; none where it cannot be made: it only saves time."""
    if folder is None:
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if hasattr(os, "getuid") and (folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o022):
            return None  # somebody else could put code there
    except OSError:
        return None
    return _Cache(str(folder))


class _Cache(jinja2.FileSystemBytecodeCache):
    """One that does without where its disk is full or cannot be read."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is kept, if anything is."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, if that is possible."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def render_within(env: jinja2.Environment, name: str, data: Mapping[str, Any]) -> str:
    """Render in this process; raises TemplateError."""
    try:
        return _joined(env.get_template(name).generate(data), name)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"{_shown(error.filename or error.name or name)}:{error.lineno}: {error.message}") from None
    except jinja2.TemplateNotFound as error:
        raise TemplateError(f"{name}: there is no template '{error.name}'") from None
    except MemoryError:
        raise TemplateError(f"{_shown(name)}: needs too much memory and was stopped") from None
    except _FAILURES as error:
        file, line = _where(error, name)
        raise TemplateError(f"{_shown(file)}:{line}: {error or type(error).__name__}") from None


def _joined(pieces: Iterable[str], name: str) -> str:
    """The pieces as one text, refused as soon as it grows too long."""
    kept: list[str] = []
    left = MAX_OUTPUT
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise TemplateError(f"{_shown(name)}: makes more than {MAX_OUTPUT:,} characters and was stopped")
        kept.append(piece)
    return "".join(kept)


def _is_markup(name: str | None) -> bool:
    return name is not None and name.removesuffix(".j2").endswith((".html", ".htm", ".xml", ".svg"))


def _loader(folder: Path) -> jinja2.FunctionLoader:
    """Loads regular files within `folder` and nothing else: no FIFO to hang on, no link that leads out."""

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or name.startswith("/") or "\\" in name or "\0" in name:
            return None
        path = folder.joinpath(*parts)
        try:
            real = path.resolve(strict=True)
            status = real.stat()
        except OSError:
            return None
        if not real.is_relative_to(folder.resolve()) or not stat.S_ISREG(status.st_mode):
            raise TemplateError(f"{_shown(str(path))}: is not a file within the templates folder")
        if status.st_size > MAX_TEMPLATE:
            raise TemplateError(f"{_shown(str(path))}: is larger than {MAX_TEMPLATE:,} bytes")
        try:
            text = real.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(f"{_shown(str(path))}: cannot be read: {error}") from None
        return text, str(path), lambda: True

    return jinja2.FunctionLoader(load)


def _where(error: BaseException, name: str) -> tuple[str, int]:
    """Template file and line at which an error arose: the innermost frame of a template."""
    file, line = name, 1
    trace = error.__traceback__
    while trace is not None:
        if "__jinja_template__" in trace.tb_frame.f_globals or trace.tb_frame.f_code.co_filename.endswith(".j2"):
            file, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return file, line


def _shown(file: str) -> str:
    """A template's folder and name: enough to know it, without the rest of the path."""
    return "/".join(Path(file).parts[-2:])


def _render_apart(folder: Path, name: str, data: Mapping[str, Any], seconds: float) -> str:
    """Render the user's template in a process with limits; plain values go in, text or an error comes out."""
    import subprocess

    job = json.dumps({"folder": str(folder), "name": name, "data": data, "seconds": seconds})
    root = str(_PACKAGE.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "mdnet.adapters.render"],
            input=job.encode("ascii"),
            capture_output=True,
            timeout=seconds,
            env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
            check=False,
        )
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise TemplateError(f"{_shown(str(folder / name))}: takes more than {seconds:g} s and was stopped") from None
    except ValueError:
        raise TemplateError(f"{_shown(str(folder / name))}: takes too much time or memory and was stopped") from None
    if "error" in answer:
        raise TemplateError(answer["error"])
    return str(answer["text"])


def _limit(seconds: float) -> None:
    """Set this process's limits, where the system has such."""
    try:
        import resource
    except ImportError:  # Windows: the time limit is the parent's
        return
    second = max(int(seconds), 1)
    for what, limit in (
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_CPU, second),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (limit, limit))
        except (ValueError, OSError):
            continue  # a stricter limit is set already, or the system has none of this kind


def main() -> None:
    """The process in which a template of the user's runs: a job as JSON on stdin, an answer as JSON on stdout."""
    job = json.load(sys.stdin)
    env = environment(Path(job["folder"]))
    _limit(job["seconds"])
    try:
        answer = {"text": render_within(env, job["name"], job["data"])}
    except TemplateError as error:
        answer = {"error": str(error)}
    sys.stdout.write(json.dumps(answer))


# Filters

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _day(value: str | None) -> str:
    """A day (`2026-11-24`) as people write it: `24 Nov 2026`; "" for none."""
    if not value:
        return ""
    day = date.fromisoformat(value)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _until(first: str, last: str) -> str:
    """Two days, not far apart, as people write them: `16 – 22 Nov 2026`, `30 Nov – 6 Dec 2026`."""
    start, end = _day(first).split(), _day(last).split()
    while len(start) > 1 and start[-1] == end[len(start) - 1]:
        start.pop()
    return f"{' '.join(start)} – {' '.join(end)}"


def _counted(number: int, one: str, many: str = "") -> str:
    """`1 match`, `3 matches`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _spans(spans: list[dict[str, Any]]) -> str:
    return mdtext.md_spans([(span["text"], span["mark"]) for span in spans])


FILTERS: dict[str, Callable[..., Any]] = {
    "md": mdtext.md_text,
    "link": mdtext.md_link,
    "spans": _spans,
    "mermaid": mdtext.mermaid_text,
    "day": _day,
    "until": _until,
    "counted": _counted,
}
"""What templates can do beside Jinja's own filters; `md`, `link` and `spans` make text safe within Markdown,
`mermaid` within its pictures."""


if __name__ == "__main__":
    main()

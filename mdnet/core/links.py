"""Which note a wiki-link means, by Obsidian's rules, and never by a guess.

A link is compared without case and in Unicode form NFC; `.md`, headings (`#h`) and block ids (`#^b`) do not count.
`[[a/b]]` is answered by every note whose path ends in `a/b`, a note lying exactly there going before; `./` and `../`
are relative to the note with the link, a leading `/` means the vault's root. Names of files go before aliases. What a
Markdown link names is looked for from the folder of its note first, see `core.mdlinks`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mdnet.core.model import NoteKind

# What Obsidian opens besides notes: a link to such a file is answered outside mdnet.
_ATTACHMENTS = frozenset((
    "png", "jpg", "jpeg", "gif", "bmp", "svg", "webp", "avif", "mp3", "mp4", "wav", "m4a", "3gp", "flac", "ogg", "oga",
    "ogv", "opus", "webm", "mov", "mkv", "pdf", "canvas", "base", "excalidraw", "doc", "docx", "xls", "xlsx", "ppt",
    "pptx", "csv", "txt", "zip", "html", "epub",
))  # fmt: skip
_DATE = re.compile(r"\d{4}[-_]\d{2}[-_]\d{2}\Z")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})
MAX_NEAR = 3
FROM_HERE = ".//"
"""Begins the target of a Markdown link, see `core.mdlinks`: it is looked for from the note's own folder, then as a
wiki-link's."""
PERHAPS = ".///"
"""The same without `.md`: it may be something else than a note, so nothing must answer it."""


class Named(NamedTuple):
    """A note that answers to a name."""

    path: str
    kind: NoteKind


def key_of(name: str) -> str:
    """`name` for comparing: no case (`ß` stays itself), Unicode form NFC, plain spaces."""
    if name.isascii():
        return name.lower().strip()
    lowered = unicodedata.normalize("NFC", name.translate(_SPACES)).lower()
    return unicodedata.normalize("NFC", lowered).strip()


def stem_of(path: str) -> str:
    """The file's name without folders and `.md`."""
    return _without_md(path.rpartition("/")[2])


def person_name(path: str) -> str:
    """The person's name that a file's path gives: without folders, `.md` and a leading `@`."""
    stem = stem_of(path)
    return stem.removeprefix("@").strip() or stem


def names_of(path: str, aliases: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The key of a note's file name, and the keys of its other names."""
    stem = stem_of(path)
    own = key_of(stem)
    if not aliases and stem[:1] != "@":
        return own, ()
    others = dict.fromkeys(key_of(alias) for alias in (person_name(path), *aliases))
    return own, tuple(key for key in others if key and key != own)


def clean_target(target: str) -> str:
    """The part of a link that names a file: no heading, block id, display text, table pipe, `.md`."""
    return _without_md(target.partition("#")[0].partition("|")[0].strip().removesuffix("\\").strip())


@functools.lru_cache(maxsize=8192)
def target_key(target: str) -> str:
    """The key of the last part of a link's target: all notes that may answer have it as name or alias."""
    return key_of(clean_target(target).rpartition("/")[2])


def is_elsewhere(target: str) -> bool:
    """True for a link that no note needs to answer: a day, a picture or other file, a web address."""
    clean = clean_target(target)
    ending = clean.rpartition(".")[2].lower() if "." in clean else ""
    is_day = _DATE.match(clean.rpartition("/")[2]) is not None
    return is_day or ending in _ATTACHMENTS or "://" in clean or target.startswith(PERHAPS)


def _without_md(name: str) -> str:
    return name[:-3] if name[-3:].lower() == ".md" else name


class Names:
    """Answers links. What answers to a key is asked of two functions, so that no vault needs to be in memory."""

    def __init__(
        self,
        named: Callable[[str], Sequence[Named]],
        called: Callable[[str], Sequence[Named]],
        known: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """`named` gives the notes whose file name has a key, `called` those with such an alias, `known` all
        names of people as written (for hints)."""
        self._named = named
        self._called = called
        self._known = known
        self._near: _Near | None = None
        self._answers: dict[str, tuple[Named, ...]] = {}

    def answer(self, target: str, source: str) -> tuple[Named, ...]:
        """The notes that a link in the note `source` may mean, in order of path: one where it is plain."""
        answered = self._answers.get(target)
        if answered is not None:
            return answered
        clean = clean_target(target)
        if not clean:
            return tuple(note for note in self._named(key_of(stem_of(source))) if note.path == source)
        wanted = key_of(clean)
        last = wanted.rpartition("/")[2]
        notes = self._named(last)
        if "/" in wanted:
            return _by_path(notes, wanted, source)
        answer = self._answers[target] = tuple(sorted(set(notes) or set(self._called(last))))  # from anywhere
        return answer

    def near(self, target: str) -> tuple[str, ...]:
        """Names of people that look like `target`, the nearest first."""
        if self._near is None:
            self._near = _Near(self._known())
        return self._near.find(clean_target(target).rpartition("/")[2])


def _by_path(notes: Sequence[Named], wanted: str, source: str) -> tuple[Named, ...]:
    if wanted.startswith(FROM_HERE):
        path = wanted.removeprefix(FROM_HERE).lstrip("/")
        near = _by_path(notes, f"./{path}", source)
        if near or "/" in path:
            return near or _by_path(notes, path, source)
        return tuple(sorted(notes))
    if wanted.startswith(("./", "../")):
        place = _join(key_of(source).rpartition("/")[0], wanted)
        return tuple(sorted(note for note in notes if _path_key(note) == place))
    place = wanted.lstrip("/")
    exact = tuple(sorted(note for note in notes if _path_key(note) == place))
    if exact or wanted.startswith("/"):
        return exact
    return tuple(sorted(note for note in notes if _path_key(note).endswith("/" + place)))


def _path_key(note: Named) -> str:
    return key_of(_without_md(note.path))


def _join(folder: str, relative: str) -> str | None:
    """`relative` seen from `folder`; None where it leaves the vault."""
    parts = [part for part in folder.split("/") if part]
    for part in relative.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


class _Near:
    """Names by their groups of three letters: a first choice for difflib, which is slow on many names."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(set(names))
        self._groups: dict[str, list[int]] = {}
        for number, name in enumerate(self._names):
            for group in _threes(name):
                self._groups.setdefault(group, []).append(number)

    def find(self, wanted: str) -> tuple[str, ...]:
        shared: dict[int, int] = {}
        for group in _threes(wanted):
            for number in self._groups.get(group, ()):
                shared[number] = shared.get(number, 0) + 1
        likely = sorted(shared, key=lambda number: (-shared[number], number))[:40]
        import difflib

        keys: dict[str, str] = {}
        for number in likely:
            keys.setdefault(key_of(self._names[number]), self._names[number])
        return tuple(keys[key] for key in difflib.get_close_matches(key_of(wanted), list(keys), MAX_NEAR, 0.7))


def _threes(name: str) -> set[str]:
    padded = f"  {key_of(name)} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}

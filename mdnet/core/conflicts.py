"""The copies that sync tools make when two devices changed one note: told by their names, and if need be by content;
and the problems that tell of them and of unfinished merges.

Sources of the patterns: Syncthing `lib/model/folder_sendrecv.go`; Obsidian help, "Sync conflicts"; Nextcloud desktop
`utility.cpp`; Dropbox, Synology and ownCloud help pages; for OneDrive, iCloud and Google Drive users' reports only,
so their copies must look like the original as well.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import TYPE_CHECKING

from mdnet.core.model import Problem
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Container

_SURE = (
    r"(.+)\.sync-conflict-\d{8}-\d{6}(?:-[a-z0-9]{7})?(\.md)",  # Syncthing
    r"(.+?) ?\(conflicted copy .*\d{12}\)(\.md)",  # Obsidian Sync
    r"(.+?) ?\(conflicted copy(?: [^()]*)? \d{4}-\d\d-\d\d[ _]\d{4,6}\)(\.md)",  # Nextcloud
    r"(.+?)_conflict-\d{8}-\d{6}(\.md)",  # Nextcloud
    r"(.+?) ?\([^()]*(?:'s|’s) conflicted copy(?: \d{4}-\d\d-\d\d)?(?: \(?\d+\)?)?\)(\.md)",  # Dropbox
    r"(.+?) ?\([^()]*\bconflict(?:ed)? copy\b[^()]*\)(\.md)",
    r"(.+?) ?\((?:case|unicode encoding|whitespace|selective sync) conflict(?: \d+)?\)(\.md)",  # Dropbox
    # As the clients say it in German, French, Spanish, Portuguese and Italian.
    r"(.+?) ?\([^()]*(?:\bin konflikt stehende |\bkonflikt-?)kopie\b[^()]*\)(\.md)",
    r"(.+?) ?\([^()]*pi[ae] (?:(?:en|in|em) confli[ct]\w*|conflictiva)\b[^()]*\)(\.md)",
    r"(.+?)_[^_]+_[a-z]{3}-\d\d-\d{4}-\d{4}_(?:case)?conflict(?:_\d+)?(\.md)",  # Synology Drive
    r"(.+?) ?\[conflicted\](?: ?\(?\d+\)?)?(\.md)",  # pCloud
    r"(.+?)\.conflict\d+(\.md)",  # rclone
    r"(.+?) ?\(SFConflict [^()]*\)(\.md)",  # Seafile
    r"(.+?)\.conflict(\.md)",  # Resilio Sync
)
_GIT = r"(.+)(?-i:_(?:BACKUP|BASE|LOCAL|REMOTE)_[0-9]{1,10})(\.md)"
"""What `git mergetool` leaves behind where it was stopped (git-mergetool.sh): nobody calls a note so beside another."""
_NUMBERED = r"(.+?) (?:(\d{1,2})|\((\d{1,2})\))(\.md)"
"""iCloud and Google Drive."""
_HOST = r"(?=[^.]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""Behind a hyphen the name of the computer: OneDrive."""

SMALLEST_SHARE = 0.8
"""The part of the shorter text's words that must stand in the longer one too."""
SMALLEST_SIZE = 0.4
"""The shorter text's size as a part of the longer's, below which they are different notes."""
FEWEST = 5
"""Words of its own below its properties that a note must have to be the copy of one whose name goes on behind a hyphen:
Jean-Luc, who works where Jean does, is no computer of his."""

MARKED = "The note holds conflict markers (<<<<<<<) of a merge."
_COPIED = " made by a sync tool on a conflict; 'mdnet conflicts' compares them"


def copy_problem(copy: str, original: str) -> Problem:
    """What to tell of a copy."""
    return Problem(copy, 1, f"a copy of {original}{_COPIED}")


def tells_of_copy(problem: Problem) -> bool:
    """Whether it is a `copy_problem`: told by its words, which are all that is kept of a problem."""
    return problem.message.endswith(_COPIED)


def tells_of_markers(problem: Problem) -> bool:
    """Whether it is that of a note that holds the markers of a merge."""
    return problem.message == MARKED


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file name that a sync tool gives to a conflict copy. Unless `sure`, the contents must be alike as well."""

    original: str
    sure: bool


def suspicious(name: str) -> bool:
    """A quick look, for use on every name of a large vault: False only where `classify` says None."""
    if name[-4:-3] in _NUMBER_ENDS:
        if name[-5:-4] == " " or name[-6:-5] == " " or name[-4:-3] == ")":
            return True
        if "_" in name and any(sign in name for sign in _GIT_SIGNS):
            return True
    return ("-" in name and name.rfind(" ") < name.rfind("-")) or "onfli" in name or "ONFLI" in name


_NUMBER_ENDS = frozenset("0123456789)")
_GIT_SIGNS = ("_BACKUP_", "_BASE_", "_LOCAL_", "_REMOTE_")


# Compiled when they are asked for the first time: it takes longer than all else in most commands.
_compiled = functools.cache(functools.partial(re.compile, flags=re.IGNORECASE | re.DOTALL))


def classify(name: str, siblings: Container[str]) -> Conflict | None:
    """What kind of conflict copy `name` is by its name, given the other names in its folder; None: it is none.

    A name that people give to notes as well (`Ann 2.md`, `Ann (1).md`, `Ann-HOST.md`) is a candidate only beside its
    original, and is then not `sure`. What git leaves is a copy only beside its original too, but then it is one.
    """
    if "onfli" in name or "ONFLI" in name:
        for pattern in _SURE:
            found = _compiled(pattern).fullmatch(name)
            if found:
                # A copy of a copy leads to the same original.
                inner = classify(found[1] + found[2], siblings)
                original = inner.original if inner and inner.sure else found[1] + found[2]
                return Conflict(original, sure=True)
    if any(sign in name for sign in _GIT_SIGNS):
        found = _compiled(_GIT).fullmatch(name)
        if found and found[1] + found[2] in siblings:
            return Conflict(found[1] + found[2], sure=True)
    found = _compiled(_NUMBERED).fullmatch(name) if name[-4:-3] in _NUMBER_ENDS else None
    if found and found[1] + found[4] in siblings and int(found[2] or found[3]) > 0:
        return Conflict(found[1] + found[4], sure=False)
    at = name.rfind("-")
    while at > 0:
        original = name[:at] + name[-3:]
        if original in siblings and _compiled(_HOST).fullmatch(name[at + 1 : -3]):
            return Conflict(original, sure=False)
        at = name.rfind("-", 0, at)
    return None


def alike_in_size(a: int, b: int) -> bool:
    """Whether two files of these sizes can be copies of each other at all."""
    return min(a, b) >= SMALLEST_SIZE * max(a, b)


def names_itself(name: str, data: bytes) -> bool:
    """Whether a note says the name of its own file: a copy was written before it got its name, and does not."""
    stem = re.escape(name.rpartition("/")[2][:-3].casefold())
    return re.search(rf"(?<!\w){stem}(?!\w)", data.decode("utf-8", "replace").casefold()) is not None


def looks_like_copy(a: bytes, b: bytes) -> bool:
    """Whether two notes are versions of one: nearly all words of the shorter stand in the longer.

    What a template gives to every note (keys, headings, blank fields) does not count. Two notes without any words
    of their own are copies only when they are equal, and not empty. Two that embed files, and none in common, are
    numbered pages of something else: `Questions.md`, `Questions 2.md`.
    """
    if a == b:
        return bool(a.strip())
    files_a, files_b = set(re.findall(_EMBED, a)), set(re.findall(_EMBED, b))
    if files_a and files_b and not files_a & files_b:
        return False
    words_a, words_b = _own_words(a), _own_words(b)
    size_a, size_b = words_a.total(), words_b.total()
    if not size_a or not size_b or not alike_in_size(size_a, size_b):
        return False
    return (words_a & words_b).total() >= SMALLEST_SHARE * min(size_a, size_b)


def is_version(name: str, copy: bytes, original: bytes) -> bool:
    """Whether a note called `name` that says `copy` is, by its text, a version of the one that says `original`."""
    if not looks_like_copy(original, copy) or names_itself(name, copy):
        return False
    if _compiled(_NUMBERED).fullmatch(name.rpartition("/")[2]):
        return bool(_own_words(copy))
    return _own_words(re.sub(_PROPERTIES, b"", copy)).total() >= FEWEST


_TEMPLATE_LINE = rb"""\s*(?:---|\.\.\.|\#{1,6}\s.*|[\w -]+:\s*(?:\[\s*\]|""|'')?|(?:type|tags?):.*|%%.*%%)\s*"""
_PROPERTIES = rb"\A(?:\xef\xbb\xbf)?---\s*\n[\s\S]*?\n---"
_EMBED = rb"!\[\[([^\[\]\n]+)\]\]|!\[[^\[\]\n]*\]\(([^()\n]+)\)"
_WORD = rb"[\w\x80-\xff]+"


def _own_words(data: bytes) -> Counter[bytes]:
    words: Counter[bytes] = Counter()
    for line in data.split(b"\n"):
        if not re.fullmatch(_TEMPLATE_LINE, line):
            words.update(re.findall(_WORD, line.lower()))
    return words

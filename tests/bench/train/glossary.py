"""Puts the glossaries in `mdnet/models/glossary` in order, and writes the words of all languages beside them.

    python -m tests.bench.train.glossary [LANGUAGE ...]

Run it after a glossary was mended by hand. Of a form that stands twice the first is kept, and what the stem of another
form says as well is left out: the files are read each time a text in their language is met.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import Stemmer

import mdnet
from mdnet.core.glossary import LANGUAGES, LATIN, SHORTEST_PART, UNSPACED, Glossary, most_alike
from mdnet.core.letters import straight
from mdnet.core.vocabulary import BEGINNING, filter_of
from mdnet.core.vocabulary import LANGUAGES as VOCABULARIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER = Path(mdnet.__file__).parent / "models" / "glossary"
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ß": "ss", "ł": "l", "Ł": "L", "’": "'"})
_WORDS = re.compile(r"\w+")
_INTERNATIONAL = """
pro bono admin iphone ipad vhs phd str int dev usage cafe café barista null name linux chef android app apps
blog chat data email laptop link login mail online pc podcast server software startup streaming tablet team
tool update usb web website wifi workshop yoga zoom
"""
"""Words that English has as well as others, and that its lists here lack."""
_FILLERS = frozenset(["a", "an", "the", "is", "are", "be", "of", "as", "for", "to", "at", "in", "it"])
"""Words that no reader misses."""
_ENGLISH = re.compile(r"[a-z]{3,}(?:'[a-z]+)?")


def entries(text: str) -> Iterator[tuple[list[str], str]]:
    """The forms and the English of each line; a heading or an empty line as no forms and itself."""
    for line in text.splitlines():
        forms, sign, english = line.partition(" = ")
        if line.startswith("#") or not sign:
            yield [], line.strip()
        else:
            yield [normal(form) for form in forms.split(",")], plain(english.strip())


def normal(form: str) -> str:
    """A form as it is looked up."""
    return straight(unicodedata.normalize("NFC", form.strip()))


def plain(english: str) -> str:
    """English without accents, as the models read it."""
    parts = unicodedata.normalize("NFKD", english.translate(_LETTERS))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def in_order(text: str, language: str) -> str:
    """The glossary `text` with each form once, and without those that are found by another's stem."""
    seen: set[str] = set()
    rows: list[tuple[list[str], str]] = []
    for forms, english in entries(text):
        fresh = [form for form in dict.fromkeys(forms) if form and form not in seen]
        seen.update(fresh)
        if fresh or not forms:
            rows.append((fresh, english))
    left = set() if language in UNSPACED else _found_by_stem(rows, language)
    left |= _said_by_parts(rows, left, language)
    kept = [([form for form in forms if form not in left], forms, english) for forms, english in rows]
    shown = [(now, english) for now, before, english in kept if now or not before]
    lines = [f"{', '.join(forms)} = {english}" if forms else english for forms, english in shown]
    return "\n".join(lines).strip() + "\n"


def _found_by_stem(rows: Sequence[tuple[list[str], str]], language: str) -> set[str]:
    """The forms whose English is that of the form of the same stem which is most like them."""
    meant = {form: english for forms, english in rows for form in forms}
    of_stem: dict[str, list[str]] = {}
    stem = Stemmer.Stemmer(language).stemWord
    for form in meant:
        if len(form) >= SHORTEST_PART and not re.search("[ -]", form):
            of_stem.setdefault(stem(form), []).append(form)
    left: set[str] = set()
    for forms in of_stem.values():
        kept = forms[:1]
        while wrong := [form for form in forms if form not in kept and meant[most_alike(kept, form)] != meant[form]]:
            kept = [form for form in forms if form in kept or form == wrong[0]]
        # Short ones stay: parts of compounds of that length are not looked up by their stem.
        left.update(form for form in forms if form not in kept and len(form) > SHORTEST_PART)
    return left


def _said_by_parts(rows: Sequence[tuple[list[str], str]], left: set[str], language: str) -> set[str]:
    """The forms whose parts, words or what is known of a run without spaces, say the same one after the other."""
    meant = {form: english for forms, english in rows for form in forms if form not in left}
    of_parts = re.compile("" if language in UNSPACED else "[ -]")
    known = Glossary("", language)
    spare: set[str] = set()
    for form in sorted(meant, key=len if language in UNSPACED else lambda form: len(_WORDS.findall(form))):
        parts = known.words(form) if of_parts.search(form) else ()
        if len(parts) > 1 and _bare(" ".join(word.english for word in parts)) == _bare(meant[form]):
            spare.add(form)
        else:
            known.add(form, meant[form])
    return spare


def _bare(english: str) -> list[str]:
    return [word for word in english.split() if word not in _FILLERS]


def vocabularies() -> bytes:
    """The words of all languages, as `core.vocabulary` reads them. English has the words that the glossaries use, and
    those of the model's own vocabulary that no glossary has as a form."""
    stems: dict[str, set[str]] = {language: set() for language in VOCABULARIES}
    foreign: set[str] = set()
    english_stem = Stemmer.Stemmer("english").stemWord
    for language in LATIN:
        stem = Stemmer.Stemmer(language).stemWord
        for forms, english in entries((FOLDER / f"{language}.txt").read_text("utf-8")):
            words = [word for form in forms for word in _WORDS.findall(form)]
            stems[language].update(map(stem, words))
            foreign.update(words)
            if forms:
                stems["english"].update(map(english_stem, _ENGLISH.findall(english.lower())))
    model = bytes(np.load(FOLDER.parent / "match-3.npz")["vocabulary"]).decode("utf-8").split("\n")
    stems["english"].update(english_stem(word) for word in model if _ENGLISH.fullmatch(word) and word not in foreign)
    stems["english"].update(map(english_stem, _INTERNATIONAL.split()))
    short = {word for word in foreign if SHORTEST_PART <= len(word) < BEGINNING}
    beginnings = {word[:BEGINNING] for word in foreign} | {f"{word}." for word in short}
    return b"".join(filter_of(words) for words in (*(stems[language] for language in VOCABULARIES), beginnings))


def main(chosen: Sequence[str]) -> None:
    """See above."""
    for language in chosen or LANGUAGES:
        file = FOLDER / f"{language}.txt"
        file.write_text(in_order(file.read_text("utf-8"), language), "utf-8")
    (FOLDER / "words.bin").write_bytes(vocabularies())


if __name__ == "__main__":
    main(sys.argv[1:])

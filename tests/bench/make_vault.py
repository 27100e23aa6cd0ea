"""A vault of any size, of invented words: for measuring speed, not for finding anything.

    python -m tests.bench.make_vault --size M --out /tmp/vault-M

The same arguments make the same bytes. Words follow Zipf's law over an invented vocabulary and belong to topics, so
that an index of them has the shape of one of real notes. Needs are planted: a share of the clippings says what
somebody needs in nearly the same words.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

SIZES = {"S": (200, 2_000), "M": (2_000, 20_000), "L": (10_000, 90_000), "XL": (20_000, 980_000)}
"""People and other notes."""
TODAY = date(2026, 11, 24)

VOCABULARY, TOPICS, TOPIC_WORDS = 30_000, 240, 60
PLANTED = 0.03
COMMON = (
    "the of and to a in that it is was for on are as with they at be this from have or by one had not but "
    "what all were when we there can an your which their if do will each how them then many some so these "
    "would into has more two like him see time could no make than first been its who now people my made over "
    "did down only way find use may water long little very after words called just where most know"
)
ONSETS = "b bl br c ch cl d dr f fl fr g gl gr h j k l m n p pl pr qu r s sc sh sl sp st t th tr v w z"
VOWELS = "a e i o u ai ea ee io oa ou"
CODAS = ["", "", "", "n", "r", "l", "s", "t", "nd", "rt", "st", "m", "ck"]
ROLES = ["engineer", "recruiter", "founder", "designer", "analyst", "teacher", "writer", "buyer", "carpenter", "nurse"]
RELATIONS = ["client", "coworker", "friend", "recruiter", "expert", "neighbour"]
CADENCES = ["weekly", "6w", "3m", "quarterly", "1y", "never"]
FORMS = ["somebody who knows {}", "an introduction to a {}", "advice on {}", "a used {}", "a reference for {}"]
LOGS = ["#met {who}: coffee, talked about {}", "#gave {who} an article on {}", "#asked {who} for advice on {}",
        "#got {who} a hint about {}", "met:: a walk, {}"]  # fmt: skip


@dataclass(frozen=True)
class Made:
    """What was made."""

    files: int
    bytes: int
    people: int
    needs: int
    planted: int


class Words:
    """Draws words so that few are frequent and most are rare."""

    def __init__(self, rnd: random.Random, words: list[str]) -> None:
        self._rnd = rnd
        self._words = words
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))

    def draw(self, count: int) -> list[str]:
        return self._rnd.choices(self._words, cum_weights=self._weights, k=count)


class Writer:
    """Invents notes and writes them below `root`."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.rnd = random.Random(seed)
        vocabulary = self._invent(VOCABULARY)
        self.general = Words(self.rnd, vocabulary)
        self.common = Words(self.rnd, COMMON.split())
        self.topics = [self.rnd.sample(vocabulary, TOPIC_WORDS) for _ in range(TOPICS)]
        self.topic_words = [Words(self.rnd, words) for words in self.topics]
        self.files = self.bytes = self.needs = self.planted = 0
        self.open_needs: list[tuple[str, str]] = []
        self._folders: set[str] = set()

    def _invent(self, count: int) -> list[str]:
        rnd = self.rnd
        onsets, vowels = ONSETS.split(), VOWELS.split()
        words: dict[str, None] = {}
        while len(words) < count:
            syllables = rnd.choice([1, 1, 2, 2, 3])
            parts = (rnd.choice(onsets) + rnd.choice(vowels) + rnd.choice(CODAS) for _ in range(syllables))
            word = "".join(parts)
            if len(word) > 3:
                words[word] = None
        return list(words)

    def names(self, count: int) -> list[str]:
        names: dict[str, None] = {}
        while len(names) < count:
            names[" ".join(word.capitalize() for word in self.general.draw(2))] = None
        return list(names)

    def prose(self, count: int, topic: int, links: tuple[str, ...] = ()) -> str:
        """About `count` words in sentences and paragraphs, nearly half of them common, a fifth of the topic."""
        rnd = self.rnd
        common, special = int(count * 0.45), int(count * 0.18)
        words = self.common.draw(common) + self.topic_words[topic].draw(special)
        words += self.general.draw(count - common - special)
        rnd.shuffle(words)
        for link in links:
            words[rnd.randrange(len(words))] = f"[[{link}]]"
        sentences = []
        start = 0
        while start < count:
            end = start + rnd.randint(7, 20)
            sentence = " ".join(words[start:end])
            sentences.append(sentence[:1].upper() + sentence[1:] + (".\n\n" if rnd.random() < 0.2 else ". "))
            start = end
        return "".join(sentences).rstrip()

    def day(self, span: int) -> date:
        return TODAY - timedelta(days=self.rnd.randrange(span))

    def write(self, path: str, text: str, modified: date) -> None:
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            os.makedirs(self.root / folder, exist_ok=True)
            self._folders.add(folder)
        data = text.encode()
        full = f"{self.root}/{path}"
        with open(full, "wb") as file:
            file.write(data)
        stamp = datetime(modified.year, modified.month, modified.day, 12, tzinfo=UTC).timestamp()
        os.utime(full, (stamp, stamp))
        self.files += 1
        self.bytes += len(data)

    def person(self, name: str, people: list[str], span: int) -> None:
        rnd = self.rnd
        topic = rnd.randrange(TOPICS)
        lines = ["---", "type: person", f"aliases: [{name.split(maxsplit=1)[0]} {rnd.randrange(10_000)}]",
                 f"company: {rnd.choice(self.topics[topic]).capitalize()} Ltd", f"role: {rnd.choice(ROLES)}",
                 f"relation: {rnd.choice(RELATIONS)}"]  # fmt: skip
        if rnd.random() < 0.7:
            lines.append(f"email: {name.lower().replace(' ', '.')}@example.com")
        if rnd.random() < 0.4:
            lines.append(f"cadence: {rnd.choice(CADENCES)}")
        if rnd.random() < 0.3:
            lines += ["offers:", *(f"  - help with {' '.join(self.topic_words[topic].draw(2))}" for _ in range(2))]
        lines += ["---", f"# {name}", "", self.prose(rnd.randint(30, 80), topic, (rnd.choice(people),)), ""]
        count = rnd.choices([0, 1, 2, 3], [35, 35, 20, 10])[0]
        if count:
            lines.append("## Needs")
            for _ in range(count):
                wanted = rnd.choice(FORMS).format(" ".join(self.topic_words[topic].draw(3)))
                closed = rnd.random() < 0.3
                lines.append(f"- [{'x' if closed else ' '}] {wanted} ➕ {self.day(span)}")
                self.needs += 1
                if not closed:
                    self.open_needs.append((name, wanted))
            lines.append("")
        lines.append("## Log")
        for _ in range(rnd.randint(0, 6)):
            said = rnd.choice(LOGS).format(" ".join(self.topic_words[topic].draw(2)), who=f"[[{name}]]")
            lines.append(f"- {self.day(span)} {said}")
        self.write(f"People/{name}.md", "\n".join([*lines, ""]), self.day(span))

    def daily(self, day: date, people: list[str]) -> None:
        rnd = self.rnd
        lines = [f"# {day}", ""]
        for _ in range(rnd.randint(2, 6)):
            links = (rnd.choice(people),) if rnd.random() < 0.6 else ()
            lines.append("- " + self.prose(rnd.randint(12, 35), rnd.randrange(TOPICS), links).replace("\n\n", " "))
        for _ in range(rnd.randint(0, 2)):
            lines.append(f"- #met [[{rnd.choice(people)}]]: {' '.join(self.general.draw(3))}")
        lines += ["", self.prose(rnd.randint(30, 90), rnd.randrange(TOPICS)), ""]
        self.write(f"Daily/{day.year}/{day}.md", "\n".join(lines), day)

    def meeting(self, number: int, people: list[str], span: int) -> None:
        rnd = self.rnd
        day, topic = self.day(span), rnd.randrange(TOPICS)
        present = rnd.sample(people, rnd.randint(1, 3))
        lines = ["---", f"date: {day}", "attendees:", *(f'  - "[[{name}]]"' for name in present),
                 f"tags: [meeting, {self.topics[topic][0]}]", "---", "## Notes", "",
                 self.prose(rnd.randint(100, 250), topic, (present[0],)), "", "## Actions", ""]  # fmt: skip
        lines += [f"- [{rnd.choice(' x')}] {' '.join(self.general.draw(6))}" for _ in range(rnd.randint(0, 3))]
        if rnd.random() < 0.1:
            wanted = " ".join(self.topic_words[topic].draw(3))
            lines.append(f"- [ ] #need [[{present[0]}]] advice on {wanted}")
            self.needs += 1
        path = f"Meetings/{day.year}/{day.month:02}/{day} With {present[0]} {number}.md"
        self.write(path, "\n".join([*lines, ""]), day)

    def clipping(self, number: int, span: int) -> None:
        rnd = self.rnd
        day, topic, second = self.day(span), rnd.randrange(TOPICS), rnd.randrange(TOPICS)
        title = " ".join([*self.topic_words[topic].draw(2), *self.general.draw(2)]).capitalize()
        count = rnd.randint(200, 400)
        lines = ["---", f'title: "{title}"', f"source: https://example.org/{number}", f"created: {day}", "tags:",
                 "  - clippings", f"  - {self.topics[topic][0]}", "---", f"# {title}", "",
                 self.prose(count * 2 // 3, topic), "", f"## {self.topics[second][0].capitalize()}", "",
                 self.prose(count // 3, second), ""]  # fmt: skip
        if self.open_needs and rnd.random() < PLANTED:
            _, wanted = rnd.choice(self.open_needs)
            lines += [f"{wanted.split(' ', 2)[-1].capitalize()}.", ""]
            self.planted += 1
        self.write(f"Clippings/{self.topics[topic][0]}/{title} {number}.md", "\n".join(lines), day)


def make(root: Path, people: int, notes: int, seed: int = 1) -> Made:
    """Write a vault of so many people and other notes to the folder `root`, which must not be there yet."""
    root.mkdir(parents=True)
    writer = Writer(root, seed)
    span = min(3650, max(730, notes // 8))
    names = writer.names(people)
    for name in names:
        writer.person(name, names, span)
    days = min(notes * 15 // 100, span)
    for number in range(days):
        writer.daily(TODAY - timedelta(days=number), names)
    meetings = (notes - days) * 45 // 100
    for number in range(meetings):
        writer.meeting(number, names, span)
    for number in range(notes - days - meetings):
        writer.clipping(number, span)
    (root / ".obsidian").mkdir()
    (root / ".obsidian" / "app.json").write_text("{}\n")
    return Made(writer.files, writer.bytes, people, writer.needs, writer.planted)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make a vault of invented words.")
    parser.add_argument("--size", choices=SIZES, help="S, M, L or XL instead of --people and --notes")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--notes", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    people, notes = SIZES[given.size] if given.size else (given.people, given.notes)
    print(json.dumps(vars(make(given.out, people, notes, given.seed))))


if __name__ == "__main__":
    main()

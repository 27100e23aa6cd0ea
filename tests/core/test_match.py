from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.identity import match_id, need_id
from mdnet.core.match import Answers, Surroundings, rank
from mdnet.core.match_distinct import distinct
from mdnet.core.match_score import SHOWN
from mdnet.core.model import Match, Need, Passage, Person

if TYPE_CHECKING:
    from collections.abc import Sequence

TODAY = date(2026, 11, 22)

ORDINARY = [
    "the dishwasher leaks again, plumber on Friday",
    "bus was late, read two chapters of the thriller",
    "Nils lost a tooth at dinner, in the rice",
    "long talk about rents in the old town and who can still pay them",
    "rehearsal moved to Tuesday, bring the black folder",
    "the neighbours paint their fence in a colour nobody can name",
    "planted garlic, forty cloves, before the rain came",
    "the printer at the library eats every third page",
    "lunch with the team, soup too salty, cake good",
    "city council argued three hours about parking",
]


def need(text: str, person: str = "Ana Ruiz", **more: object) -> Need:
    values: dict[str, object] = {
        "id": need_id(person, text), "person": person, "person_path": f"People/{person}.md", "text": text,
        "state": "open", "path": f"People/{person}.md", "line": 5,
    }  # fmt: skip
    return Need(**(values | more))  # type: ignore[arg-type]


def passage(text: str, path: str = "Daily/2026-11-20.md", line: int = 1, **more: object) -> Passage:
    values: dict[str, object] = {"path": path, "line": line, "text": text, "date": date(2026, 11, 20)}
    return Passage(**(values | more))  # type: ignore[arg-type]


def ordinary() -> list[Passage]:
    return [passage(text, f"Daily/2026-10-{i + 1:02}.md") for i, text in enumerate(ORDINARY)]


def best(found: list[Match]) -> str:
    return found[0].passage.text


LAWYER = need("an immigration lawyer who speaks Spanish")
HELP = passage("met an immigration lawyer at the fair, grew up in Lima and speaks Spanish with everybody")


def test_shared_words_find_help() -> None:
    found = rank([LAWYER], [*ordinary(), HELP], today=TODAY, floor=0.0)
    assert best(found) == HELP.text
    assert found[0].score > 2 * max((match.score for match in found[1:]), default=0.0)
    assert found[0].score == pytest.approx(found[0].probability / SHOWN)


def test_the_reason_is_marked_in_the_passage() -> None:
    match = rank([LAWYER], [*ordinary(), HELP], today=TODAY, floor=0.0)[0]
    assert {HELP.text[start:end] for start, end in match.marks} == {"immigration", "lawyer", "speaks", "Spanish"}
    assert set(match.why) == {"immigration", "lawyer", "speaks", "spanish"}


def test_inflected_words_meet() -> None:
    german = need("einen Gärtner, der Obstbäume schneidet")
    help_ = passage("Der neue Nachbar ist von Beruf Gärtner und hat jedes Bäumchen im Ort geschnitten, alle Obstbäume")
    assert best(rank([german], [*ordinary(), help_], today=TODAY, floor=0.0)) == help_.text


@pytest.mark.parametrize(
    "state",
    [{"state": "helped"}, {"state": "dropped"}, {"not_before": TODAY + timedelta(days=1)}],
    ids=["helped", "dropped", "put off"],
)
def test_only_open_needs_are_matched(state: dict[str, object]) -> None:
    assert rank([need(LAWYER.text, **state)], [*ordinary(), HELP], today=TODAY, floor=0.0) == []


def test_a_need_put_off_until_today_is_matched() -> None:
    assert rank([need(LAWYER.text, not_before=TODAY)], [*ordinary(), HELP], today=TODAY, floor=0.0)


@pytest.mark.parametrize(
    "change",
    [
        {"path": "People/Ana Ruiz.md", "line": 5},
        {"path": "People/Ana Ruiz.md", "line": 30, "owner": "People/Ana Ruiz.md"},
        {"verb": "need"},
        {"text": "An  immigration LAWYER who speaks Spanish."},
        {"text": "   "},
    ],
    ids=["the need's own line", "the person's own note", "a record of a need", "the same words", "nothing"],
)
def test_never_matched(change: dict[str, object]) -> None:
    values: dict[str, object] = {"text": HELP.text}
    other = passage(**(values | change))  # type: ignore[arg-type]
    found = rank([LAWYER], [*ordinary(), other], today=TODAY, floor=0.0)
    assert other.text not in [match.passage.text for match in found]


def test_a_dismissed_pair_never_comes_back_and_lowers_its_like() -> None:
    like = passage("an immigration lawyer spoke Spanish with everybody at the fair, from Lima", "Daily/2026-11-21.md")
    pool = [*ordinary(), HELP, like]
    before = {match.passage.text: match.score for match in rank([LAWYER], pool, today=TODAY, floor=0.0)}
    answers = Answers(dismissed=frozenset({match_id(LAWYER, HELP)}))
    after = {match.passage.text: match.score for match in rank([LAWYER], pool, today=TODAY, answers=answers, floor=0.0)}
    assert HELP.text in before
    assert HELP.text not in after
    assert after[like.text] < before[like.text]


def test_what_was_passed_on_raises_its_like() -> None:
    like = passage("an immigration lawyer spoke Spanish with everybody at the fair, from Lima", "Daily/2026-11-21.md")
    pool = [*ordinary(), HELP, like]
    answers = Answers(accepted=frozenset({match_id(LAWYER, HELP)}))
    before, after = (
        {match.passage.text: match.score for match in rank([LAWYER], pool, today=TODAY, answers=given, floor=0.0)}
        for given in (None, answers)
    )
    assert after[like.text] > before[like.text]


def scores(*passages: Passage, around: Surroundings | None = None) -> list[float]:
    found = rank([LAWYER], [*ordinary(), *passages], today=TODAY, around=around, floor=0.0)
    by_text = {match.passage.text: match.score for match in found}
    return [by_text[passage.text] for passage in passages]


def test_the_persons_own_words_count_less() -> None:
    people = {"People/Ana Ruiz.md": Person("People/Ana Ruiz.md", "Ana Ruiz", aliases=("Anita",))}
    texts = [
        "talked about an immigration lawyer who should speak Spanish, as it is",
        "Anita talked about an immigration lawyer who should speak Spanish",
        "talked about an immigration lawyer who should speak Spanish, over there",
        "talked about an immigration lawyer who should speak Spanish, in May",
    ]
    around = Surroundings(people, {"Meetings/coffee.md": frozenset({"People/Ana Ruiz.md"})})
    plain, named, linked, present = scores(
        passage(texts[0], "Daily/2026-11-01.md"),
        passage(texts[1], "Daily/2026-11-02.md"),
        passage(texts[2], "Daily/2026-11-03.md", people=("Ana Ruiz",)),
        passage(texts[3], "Meetings/coffee.md"),
        around=around,
    )
    assert named < plain / 2
    assert linked < plain / 2
    assert present < plain
    assert present > linked


def test_refusals_count_less() -> None:
    plain, refused = scores(
        passage("the immigration lawyer on Elm Street speaks Spanish, and takes new clients", "Daily/2026-11-01.md"),
        passage("the immigration lawyer on Elm Street speaks Spanish, and doesn't take clients", "Daily/2026-11-02.md"),
    )
    assert refused < plain


def test_fresh_news_comes_before_old_news() -> None:
    fresh, old = scores(
        passage("Olga is an immigration lawyer, and her Spanish is fluent", "Daily/2026-11-01.md"),
        passage("Otto is an immigration lawyer, and his Spanish is fluent", "Daily/x.md", date=date(2021, 11, 1)),
    )
    assert old < fresh


def test_the_same_news_is_shown_once() -> None:
    twin = passage(HELP.text + " again", "Clippings/fair.md")
    second = passage("the immigration lawyer who speaks Spanish has a free hour on Mondays", HELP.path, 9)
    found = distinct(rank([LAWYER], [*ordinary(), HELP, twin, second], today=TODAY, floor=0.0))
    texts = [match.passage.text for match in found if "lawyer" in match.passage.text]
    assert len(texts) == len({HELP.text, second.text} & set(texts)) + (twin.text in texts)
    assert not {HELP.text, second.text} <= set(texts)
    assert not {HELP.text, twin.text} <= set(texts)


def test_better_than_the_background() -> None:
    """What the vault says all the time is no news."""
    common = [passage(f"warehouse night shift again, day {i}, supervisor tired", f"Daily/a{i}.md") for i in range(30)]
    wanted = need("a night shift supervisor for the warehouse")
    news = passage("the night shift supervisor at the tile warehouse is looking for a new place", "Daily/b.md")
    quiet = rank([wanted], [news], today=TODAY, background=ordinary(), floor=0.0)[0]
    noisy = rank([wanted], [news], today=TODAY, background=common, floor=0.0)[0]
    assert noisy.score < quiet.score


@pytest.mark.parametrize("text", ["", "   ", "who", "a the of", "?!", "…", "\u200b"])
def test_a_need_that_says_nothing_matches_nothing(text: str) -> None:
    assert rank([need(text)], [*ordinary(), HELP], today=TODAY, floor=0.0) == []


def test_a_need_of_five_thousand_words() -> None:
    words = " ".join(f"word{i} lawyer" for i in range(2500))
    found = rank([need(words)], [*ordinary(), HELP], today=TODAY, floor=0.0)
    assert [match.passage.text for match in found] == [HELP.text]
    assert len(found[0].why) <= 5


def test_a_vault_of_one_note() -> None:
    found = rank([LAWYER], [HELP], today=TODAY, floor=0.0)
    assert [match.passage.text for match in found] == [HELP.text]
    assert rank([LAWYER], [ordinary()[0]], today=TODAY, floor=0.5) == []
    assert rank([LAWYER], [], today=TODAY) == []
    assert rank([], [HELP], today=TODAY) == []


@pytest.mark.parametrize(
    ("wanted", "helpful"),
    [
        ("移民弁護士を探しています", "昨日の会で移民弁護士に会った、スペイン語も話す"),
        ("이민 변호사", "어제 이민 변호사를 만났다"),
        ("ทนายความตรวจคนเข้าเมือง", "พบทนายความที่งานเมื่อวานนี้ เขาทำงานกับคนเข้าเมืองมาหลายปีแล้ว"),
        ("адвокат по миграции", "встретил адвоката по миграции на ярмарке"),
        ("ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ᎠᏕᎶᏆᏍᏗ"),
    ],
)
def test_other_scripts(wanted: str, helpful: str) -> None:
    found = rank([need(wanted)], [*ordinary(), passage(helpful)], today=TODAY, floor=0.0)
    assert [match.passage.text for match in found] == [helpful]


def test_several_needs_are_told_apart() -> None:
    other = need("somebody who repairs cellos", "Joe Chen")
    repair = passage("the violin maker in Granville repairs cellos and basses", "Clippings/strings.md")
    found = rank([LAWYER, other], [*ordinary(), HELP, repair], today=TODAY, floor=0.2)
    assert {(match.need.person, match.passage.text) for match in found if match.score > 0.5 * found[0].score} == {
        ("Ana Ruiz", HELP.text),
        ("Joe Chen", repair.text),
    }


def test_at_most_so_many_for_a_need() -> None:
    many = [passage(f"immigration lawyer number {i}", f"Daily/x{i}.md") for i in range(30)]
    assert len(rank([LAWYER], many, today=TODAY, floor=0.0, limit=7)) == 7


@given(st.lists(st.text(max_size=60), min_size=1, max_size=6), st.text(max_size=40))
def test_whatever_is_written(texts: list[str], wanted: str) -> None:
    pool = [passage(text, f"n{i}.md") for i, text in enumerate(texts)]
    found = rank([need(wanted)], pool, today=TODAY, floor=0.0)
    assert found == rank([need(wanted)], pool, today=TODAY, floor=0.0)
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    for match in found:
        assert 0.0 <= match.probability <= 1.0
        assert all(0 <= start < end <= len(match.passage.text) for start, end in match.marks)
        assert all(re.search(r"\w", word) for word in match.why)


def score_of(wanted: Need, said: str, **more: object) -> float:
    """The score of a passage among ordinary ones; 0 where it is not matched at all."""
    found = rank([wanted], [*ordinary(), passage(said, "Daily/2026-11-19.md", **more)], today=TODAY, floor=0.0)
    return next((match.score for match in found if match.passage.text == said), 0.0)


@pytest.mark.parametrize(
    ("said", "again"),
    [
        ("an immigration lawyer who speaks Spanish", True),
        ("still looking for an immigration lawyer who speaks Spanish", True),
        ("there is an immigration lawyer who speaks Spanish in Kiel", False),
    ],
)
def test_an_offer_in_the_need_s_own_words_is_no_restatement(said: str, again: bool) -> None:
    assert (score_of(LAWYER, said) == 0.0) == again


def test_a_first_name_that_is_a_word_names_nobody() -> None:
    said = "the beekeeping club will teach beginners"
    will, wim = (need("somebody to teach beekeeping to beginners", f"{first} Hart") for first in ("Will", "Wim"))
    assert score_of(will, said) == score_of(wim, said) > 0.0


def test_another_person_of_the_same_first_name() -> None:
    wanted = need("a cargo bike with brakes", "Ana Ruiz")
    others, hers = "Ana Lopes sells a cargo bike with good brakes", "Ana rides a cargo bike with good brakes"
    assert score_of(wanted, others) > 10 * score_of(wanted, hers)


def test_what_was_noted_for_somebody_is_not_their_own_words() -> None:
    wanted = need("a lawyer for franchise contracts", "Ana Ruiz")
    told = "for Ana: Otto is a lawyer and draws up franchise contracts"
    own = "Ana says a lawyer for all those franchise contracts is dear"
    assert score_of(wanted, told) > 10 * score_of(wanted, own)


def test_what_comes_after_the_day_is_late() -> None:
    late = need("a van to move the piano", due=date(2026, 11, 14))
    said = "a van to move a piano can be had from Joe"
    assert score_of(late, said) < score_of(replace(late, due=date(2026, 12, 14)), said)
    soon, then = (replace(late, due=date(2026, 12, 14)), f"{said} from January")
    assert score_of(soon, then) < score_of(soon, said)
    assert score_of(replace(late, due=date(2027, 2, 1)), then) > 1.5 * score_of(soon, then)


def test_what_is_in_another_town_counts_less() -> None:
    wanted = need("a small warehouse in Leeds")
    here, there = (f"a small warehouse in {town} is to let" for town in ("Leeds", "Glasgow"))
    assert score_of(wanted, there) < score_of(need("a small warehouse"), there)
    assert score_of(wanted, there) < score_of(wanted, here)


def test_known_news_is_not_told_again_in_other_words() -> None:
    known = passage("met an immigration lawyer at the fair, grew up in Lima and speaks Spanish", "Daily/2026-10-02.md")
    found = rank([LAWYER], [*ordinary(), HELP], today=TODAY, floor=0.0)
    assert HELP in [match.passage for match in distinct(found)]
    assert HELP not in [match.passage for match in distinct(found, {LAWYER.id: [known]})]
    assert HELP in [match.passage for match in distinct(found, {LAWYER.id: [HELP]})]


@pytest.mark.parametrize(("kind", "shown"), [("item", 2), ("paragraph", 1)])
def test_a_list_may_hold_several_helps_and_a_clipping_one(kind: str, shown: int) -> None:
    said = ("an immigration lawyer from Lima speaks Spanish", "the immigration office hired two who speak good Spanish")
    both = [passage(text, "Daily/2026-11-19.md", line, kind=kind) for line, text in enumerate(said, 1)]
    found = distinct(rank([LAWYER], [*ordinary(), *both], today=TODAY, floor=0.0))
    assert len([match for match in found if match.passage in both]) == shown


class Vague:
    """A model to which one text is near to everything, and all others to nothing."""

    name, judge_width, strong_judge, simpler = "vague", 0, False, None

    def needs(self, texts: Sequence[str]) -> Any:
        rng = np.random.default_rng(2)
        made = np.hstack((np.ones((len(texts), 1)), rng.normal(size=(len(texts), 20)) / 5.0))
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    def passages(self, texts: Sequence[str]) -> Any:
        rng = np.random.default_rng(3)
        made = np.hstack((np.zeros((len(texts), 1)), rng.normal(size=(len(texts), 20))))
        made[[text == "Something for everybody" for text in texts], 0] = 9.0
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Any:
        return np.zeros(len(pairs))

    def words(self, words: Sequence[str]) -> Any:
        return np.zeros((len(words), 20))


def test_what_fits_everything_fits_nothing() -> None:
    wanted = [need(f"thing {number} of its own", person=f"Person {number}") for number in range(30)]
    pool = [passage("Something for everybody"), *(passage(f"plain {number}", line=number + 2) for number in range(60))]
    alone = rank(wanted[:1], pool, today=TODAY, model=Vague(), floor=0.0)
    among = rank(wanted[:1], pool, today=TODAY, model=Vague(), floor=0.0, others=wanted)
    one, other = (next(m.fit for m in found if m.passage.text.startswith("Some")) for found in (alone, among))
    assert other < one - 1.0


def test_the_model_judges_so_many_pairs_at_most_the_most_probable() -> None:
    class Judge(Vague):
        def __init__(self) -> None:
            self.asked: list[tuple[str, str]] = []

        def judge(self, pairs: Sequence[tuple[str, str]]) -> Any:
            self.asked += pairs
            return np.zeros(len(pairs))

    wanted = [need(f"thing {number} of its own", person=f"Person {number}") for number in range(6)]
    pool = [passage("Something for everybody"), *(passage(f"a thing of plain {n}", line=n + 2) for n in range(30))]
    judges = [Judge() for _ in range(3)]
    for judge, most in zip(judges, (3, 7, None), strict=True):
        rank(wanted, pool, today=TODAY, model=judge, floor=0.0, judgements=most)
    few, more, all_ = (set(judge.asked) for judge in judges)
    assert [len(few), len(more)] == [3, 7]
    assert few < more < all_
    assert "Something for everybody" in {said for _, said in few}

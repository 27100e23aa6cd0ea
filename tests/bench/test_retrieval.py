"""The benchmarks of matching, on collections small enough to do by hand."""

import json
import math
import random
import re
from pathlib import Path

import pytest

from tests.bench import matching, netbench, weeks
from tests.bench.train import literal, told
from tests.bench.train.fit import held_out

DOCUMENTS = {
    "a": "An attorney for immigration took the office above the bakery",
    "b": "Cello lessons on Tuesdays in the parish hall",
    "c": "The heater in the hall is broken again",
}
QUERIES = {"1": "an immigration attorney", "2": "cello lessons", "3": "nobody answers this"}
JUDGEMENTS = (("1", "a", 2), ("2", "b", 1), ("2", "c", 0))


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """In the form of the retrieval collections."""
    corpus = [json.dumps({"_id": name, "title": "", "text": text}) for name, text in DOCUMENTS.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(corpus) + "\n")
    queries = [json.dumps({"_id": name, "text": text}) for name, text in QUERIES.items()]
    (tmp_path / "queries.jsonl").write_text("\n".join(queries) + "\n")
    rows = [f"{query}\t{document}\t{score}" for query, document, score in JUDGEMENTS]
    (tmp_path / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *rows]) + "\n")
    return tmp_path


def test_figures_by_hand() -> None:
    judged = {"1": {"a": 2.0, "b": 1.0}, "2": {"c": 1.0}, "3": {"a": 0.0}}
    found = matching.measure({"1": ["b", "a"], "2": ["x", "c"]}, judged)
    first = (1.0 + 2.0 / math.log2(3)) / (2.0 + 1.0 / math.log2(3))
    second = (1.0 / math.log2(3)) / 1.0
    assert found["queries"] == 2
    assert found["ndcg@10"] == pytest.approx((first + second) / 2, abs=1e-4)
    assert found["recall@10"] == 1.0
    assert found["mrr@10"] == pytest.approx(0.75)


def test_a_collection_is_ranked_by_the_matcher(collection: Path) -> None:
    found = matching.run(collection)
    assert found["queries"] == 2
    assert found["passages"] == 3
    assert found["ndcg@10"] == 1.0


def test_weeks_count_what_is_shown_against_what_was_planted(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weeks, "NOTES", 2)
    needs, passages, judged = matching.load(collection)
    week = weeks.simulated(needs[:2], {p.path: p for p in passages}, judged, random.Random(1), older=5)
    assert week.right == {("1", "a"), ("2", "b")}
    assert week.planted == 2
    assert {passage.path for passage in week.fresh} == {"a", "b"}
    assert [passage.path for passage in week.before] == ["c"]
    found = weeks.run(collection, None, weeks=3, seed=1, older=5)
    assert (found["precision"], found["recall"], found["area"]) == (1.0, 1.0, 1.0)


def test_weights_for_needs_told_in_many_terms_are_fitted_to_weeks(
    collection: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(weeks, "NOTES", 3)
    assert told.main([str(collection), "--model", "small", "--weeks", "3", "--older", "0"]) == 0
    printed = capsys.readouterr().out
    weight = re.search(r"^told: bias \S+ ± \S+, lexical (\S+) ±", printed)
    assert weight, printed
    assert float(weight[1]) > 0.0


def test_the_area_is_average_precision() -> None:
    assert weeks.area([(0.9, True), (0.8, False), (0.7, True)], 2) == pytest.approx((1 + 2 / 3) / 2)
    assert weeks.area([(0.9, True)], 2) == 0.5
    assert weeks.area([], 0) == 0.0


def test_calibration_and_average_precision() -> None:
    assert netbench.calibration_error([(0.95, True), (0.95, False)]) == pytest.approx(0.45)
    assert netbench.average_precision([False, True], 1) == 0.5
    assert netbench.average_precision([], 0) == 0.0


def test_plain_sentences_are_added_to_the_needs_trained_on() -> None:
    rows = [{"need": f"a patent lawyer for device {n}", "lang": "en", "passages": []} for n in range(20)]
    found = literal.extended([*rows, {"need": "ein Klavier", "lang": "de", "passages": []}])
    for row in found:
        labels = [passage["label"] for passage in row["passages"]]
        plain = row["lang"] == "en" and not held_out(row["need"])
        assert labels == ([2, 2, 2, 0, 0, 0] if plain else [])
    assert found == literal.extended([*rows, {"need": "ein Klavier", "lang": "de", "passages": []}])
    assert any(row["passages"] for row in found)

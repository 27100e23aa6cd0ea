from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from mdnet.adapters.embed import CHOICES, OWN, Lazy, open_model
from mdnet.adapters.embed.net import Network, gelu, softmax
from mdnet.adapters.embed.wordpiece import WordPiece
from mdnet.core.match_model import ModelUnusableError

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "law", "##yer", "a", "cello", ",", "!", "弁", "護", "士", "kayak", "##s",
]  # fmt: skip
WIDTH = 24


def arrays(seed: int = 1) -> dict[str, Any]:
    """A network of one layer in each part, with weights by chance."""
    rng = np.random.default_rng(seed)
    found: dict[str, Any] = {
        "words.q": rng.integers(-100, 100, (len(VOCABULARY), WIDTH)).astype(np.int8),
        "words.s": np.full(len(VOCABULARY), 0.01, dtype=np.float32),
        "positions": rng.normal(size=(256, WIDTH)).astype(np.float16) * np.float16(0.1),
        "norm.w": np.ones(WIDTH, dtype=np.float16),
        "norm.b": np.zeros(WIDTH, dtype=np.float16),
        "turn": np.eye(WIDTH, dtype=np.float16),
        "sides": rng.normal(size=(2, WIDTH)).astype(np.float32),
        "vocabulary": np.frombuffer("\n".join(VOCABULARY).encode(), dtype=np.uint8),
    }

    def linear(name: str, inputs: int, outputs: int) -> None:
        found[f"{name}.q"] = rng.integers(-100, 100, (inputs, outputs)).astype(np.int8)
        found[f"{name}.s"] = np.full(outputs, 0.003, dtype=np.float32)
        found[f"{name}.b"] = np.zeros(outputs, dtype=np.float16)

    for part in ("lower.0", "vector.0", "judge.0"):
        linear(f"{part}.qkv", WIDTH, 3 * WIDTH)
        linear(f"{part}.out", WIDTH, WIDTH)
        linear(f"{part}.inner", WIDTH, 4 * WIDTH)
        linear(f"{part}.outer", 4 * WIDTH, WIDTH)
        for norm in ("norm1", "norm2"):
            found[f"{part}.{norm}.w"] = np.ones(WIDTH, dtype=np.float16)
            found[f"{part}.{norm}.b"] = np.zeros(WIDTH, dtype=np.float16)
    linear("head1", 4 * WIDTH, 8)
    linear("head2", 8, 1)
    return found


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.npz"
    np.savez(path, **arrays())
    return path


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a lawyer", [2, 6, 4, 5, 3]),
        ("A LÁWYER!", [2, 6, 4, 5, 9, 3]),
        ("kayaks, cello", [2, 13, 14, 8, 7, 3]),
        ("弁護士", [2, 10, 11, 12, 3]),
        ("zebra", [2, 1, 3]),
        ("", [2, 3]),
        ("x" * 200, [2, 1, 3]),
        ("law\u200byer\ufffd", [2, 4, 5, 3]),
    ],
)
def test_tokens(text: str, tokens: list[int]) -> None:
    assert WordPiece(VOCABULARY)(text, 64) == tokens


def test_tokens_are_cut_at_the_limit() -> None:
    assert WordPiece(VOCABULARY)("a " * 500, 10) == [2, *[6] * 8, 3]


def test_functions() -> None:
    x = np.array([[-200.0, -1.0, 0.0, 1.0, 200.0]], dtype=np.float32)
    assert gelu(x) == pytest.approx(np.array([[0.0, -0.15866, 0.0, 0.84134, 200.0]]), abs=6e-4)
    assert softmax(x).sum() == pytest.approx(1.0)


def test_a_text_is_read_the_same_beside_others() -> None:
    network = Network(arrays())
    short, long = [2, 4, 5, 3], [2, *[7] * 40, 3]
    alone = network.vectors(network.read([short]), need=False)[0]
    beside = network.vectors(network.read([long, short, long]), need=False)[1]
    assert beside == pytest.approx(alone, abs=1e-5)
    assert np.linalg.norm(alone) == pytest.approx(1.0, abs=1e-5)
    one, other = network.read([short, long])
    verdicts = network.judge([(one, other), (one, one), (one, other)])
    assert verdicts[0] == pytest.approx(verdicts[2], abs=1e-4)
    assert verdicts[0] == pytest.approx(network.judge([(one, other)])[0], abs=1e-4)
    assert verdicts[0] != pytest.approx(verdicts[1], abs=1e-4)


def test_the_model_protocol(small: Path) -> None:
    model = Lazy(small)
    assert model.needs([]).shape == (0, WIDTH)
    assert model.passages([]).shape == (0, WIDTH)
    assert model.judge([]).shape == (0,)
    texts = ["a lawyer", "kayaks", "", "弁護士 " * 300, "a lawyer"]
    vectors = model.passages(texts)
    assert vectors.shape == (5, WIDTH)
    assert vectors[0] == pytest.approx(vectors[4], abs=1e-5)
    assert model.words(["law", "cello", "law"]).shape == (3, WIDTH)
    assert model.judge([("a lawyer", text) for text in texts]).shape == (5,)
    model.unload()
    assert model.passages(texts) == pytest.approx(vectors, abs=1e-5)


def test_what_is_kept_of_texts_is_bounded(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mdnet.adapters.embed import own

    monkeypatch.setattr(own, "_KEPT_TOKENS", 30)
    model = Lazy(small).load()
    pairs = [("a need", f"a passage of some words {number}") for number in range(20)]
    first = model.judge(pairs)
    assert 0 < sum(map(len, model._states.values())) <= 30
    model.passages([passage for _, passage in pairs])
    assert sum(map(len, model._states.values())) == model._kept
    assert np.array_equal(model.judge(pairs), first)


def test_choices(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MDNET_MATCHING", "none")
    assert open_model("auto", path=small).model is None
    assert open_model("small", path=small, checksum="").model is not None
    monkeypatch.delenv("MDNET_MATCHING")
    assert open_model("none").model is None
    unknown = open_model("gpt")
    assert unknown.model is None
    assert all(choice in unknown.message for choice in CHOICES)
    missing = open_model("auto", path=tmp_path / "gone.npz")
    assert missing.model is None
    assert "gone.npz is missing" in missing.message
    opened = open_model("small", path=small, checksum="")
    assert opened.model is not None
    assert opened.message == "matching with small"


@pytest.mark.parametrize("damage", ["cut", "text", "checksum", "other arrays", "a folder"])
def test_a_damaged_model_is_said_so(small: Path, damage: str) -> None:
    checksum = ""
    if damage == "cut":
        small.write_bytes(small.read_bytes()[:2000])
    elif damage == "text":
        small.write_text("not a model")
    elif damage == "checksum":
        checksum = "0" * 64
    elif damage == "a folder":
        small.unlink()
        small.mkdir()
    else:
        np.savez(small, words=np.zeros(3))
    with pytest.raises(ModelUnusableError, match=r"small\.npz is damaged .*; matching by words alone"):
        Lazy(small, checksum).needs(["a lawyer"])


def test_the_shipped_model_knows_what_helps() -> None:
    model = open_model("auto").model
    assert model is not None, f"{OWN} is part of the package"
    need = "an attorney for a visa"
    texts = ["the lawyer on Elm Street does immigration papers", "the choir sings on Tuesday"]
    near, far = (model.passages(texts) @ model.needs([need])[0]).tolist()
    assert near > far + 0.2
    helps, again = model.judge([(need, texts[0]), (need, "she still has no attorney for her visa")]).tolist()
    assert helps > again

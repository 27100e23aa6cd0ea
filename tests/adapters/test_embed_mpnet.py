"""The stronger judge: a small network of the same form, and the real one as the extra `mpnet` installs it."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import mdnet.adapters.embed as embed
from mdnet.adapters.embed import mpnet_base, open_model, places
from mdnet.adapters.embed.mpnet import Judge
from mdnet.adapters.embed.places import Keep
from mdnet.adapters.outfile import write_file
from mdnet.core.hashing import sha256
from mdnet.core.match_model import Model, ModelUnusableError
from tests.support import require

if TYPE_CHECKING:
    from pathlib import Path

WIDTH, INNER, RANK, WORDS = 24, 48, 2, 40


def base(seed: int = 1) -> dict[str, Any]:
    """Weights by chance, called as in the real file."""
    rng = np.random.default_rng(seed)

    def numbers(*shape: int) -> Any:
        return rng.normal(0.0, 0.2, shape).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": numbers(WORDS, WIDTH),
        "embeddings.position_embeddings.weight": numbers(200, WIDTH),
        "encoder.relative_attention_bias.weight": numbers(32, 12),
    }
    norms = ["embeddings.LayerNorm"]
    for number in range(mpnet_base.LAYERS):
        name = f"encoder.layer.{number}."
        for part in ("q", "k", "v", "o"):
            found[f"{name}attention.attn.{part}.weight"] = numbers(WIDTH, WIDTH)
            found[f"{name}attention.attn.{part}.bias"] = numbers(WIDTH)
        for part, outputs, inputs in (("intermediate", INNER, WIDTH), ("output", WIDTH, INNER)):
            found[f"{name}{part}.dense.weight"] = numbers(outputs, inputs)
            found[f"{name}{part}.dense.bias"] = numbers(outputs)
        norms += [f"{name}attention.LayerNorm", f"{name}output.LayerNorm"]
    for name in norms:
        found[f"{name}.weight"], found[f"{name}.bias"] = numbers(WIDTH) + 1.0, numbers(WIDTH)
    return found


def trained(seed: int = 2, *, idle: bool = False) -> dict[str, Any]:
    """What is added to the upper layers, and the head; `idle` matrices change nothing."""
    rng = np.random.default_rng(seed)
    found: dict[str, Any] = {"sides": rng.normal(size=(2, WIDTH)).astype(np.float32)}
    for number in range(mpnet_base.LOWER, mpnet_base.LAYERS):
        for part in ("q", "k", "v", "out", "inner", "outer"):
            outputs = INNER if part == "inner" else WIDTH
            inputs = INNER if part == "outer" else WIDTH
            found[f"{number}.{part}.a"] = rng.normal(0.0, 0.2, (RANK, inputs)).astype(np.float16)
            found[f"{number}.{part}.b"] = rng.normal(0.0, 0.0 if idle else 0.2, (outputs, RANK)).astype(np.float16)
        for part in ("norm1", "norm2"):
            found[f"{number}.{part}.w"] = np.ones(WIDTH, np.float32)
            found[f"{number}.{part}.b"] = np.zeros(WIDTH, np.float32)
    for part, outputs, inputs in (("head.0", 8, 4 * WIDTH), ("head.2", 1, 8)):
        found[f"{part}.w"] = rng.normal(0.0, 0.2, (outputs, inputs)).astype(np.float16)
        found[f"{part}.b"] = np.zeros(outputs, np.float16)
    return found


def small(arrays: dict[str, Any]) -> dict[str, Any]:
    """Matrices in int8 with a scale for each row, as in the real file."""
    found: dict[str, Any] = {}
    for name, array in arrays.items():
        if array.ndim == 1 or name == "sides":
            found[name] = array
            continue
        scales = np.maximum(np.abs(array.astype(np.float32)).max(axis=1), 1e-12) / np.float32(127.0)
        found[f"{name}.q"], found[f"{name}.s"] = np.rint(array / scales[:, None]).astype(np.int8), scales
    return found


def installed(folder: Path, **change: Any) -> tuple[list[Path], Path, tuple[str, str]]:
    """The parts of a ZIP file with weights, the file of what was trained, and their checksums."""
    folder.mkdir(exist_ok=True)
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, array in base().items():
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    whole = len(text).to_bytes(8, "little") + text + data
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("all-mpnet-base-v2/config.json", "{}")
        archive.writestr(mpnet_base.WEIGHTS, whole)
    packed = file.getvalue()
    parts = [folder / f"part{number}" for number in range(3)]
    size = len(packed) // 3 + 1
    for number, part in enumerate(parts):
        part.write_bytes(packed[number * size : (number + 1) * size])
    other = folder / "trained.npz"
    np.savez(other, allow_pickle=False, **small(trained(**change)))
    return parts, other, (sha256(whole).hexdigest(), sha256(other.read_bytes()).hexdigest())


def tokens(text: str, limit: int) -> list[int]:
    """A token for each letter."""
    return [0, *(ord(letter) % 30 + 1 for letter in text[: limit - 2]), 0]


PAIRS = [("a lawyer", "Ana is an attorney"), ("a lawyer", "x"), ("a cello", ""), ("a lawyer", "Ana " * 100)]


def test_the_parts_are_read_as_one_and_kept_for_their_owner_alone(tmp_path: Path) -> None:
    parts, other, checksums = installed(tmp_path / "here")
    cache = tmp_path / "cache"
    made = mpnet_base.weights(parts, other, Keep(cache, write_file), checksums=checksums)
    (kept,) = cache.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    parts[0].unlink()  # it is not asked again
    again = mpnet_base.weights(parts, other, Keep(cache, write_file), checksums=checksums)
    assert made.keys() == again.keys()
    assert all((made[name] == again[name]).all() for name in made)


def test_what_an_earlier_version_kept_is_removed(tmp_path: Path) -> None:
    parts, other, checksums = installed(tmp_path / "here")
    (tmp_path / "mpnet-1-of-before.npz").write_text("large")
    mpnet_base.weights(parts, other, Keep(tmp_path, write_file), checksums=checksums)
    assert len(list(tmp_path.glob("*.npz"))) == 1


def test_what_was_kept_and_is_damaged_is_made_again(tmp_path: Path) -> None:
    parts, other, checksums = installed(tmp_path / "here")
    mpnet_base.weights(parts, other, Keep(tmp_path, write_file), checksums=checksums)
    (kept,) = tmp_path.glob("*.npz")
    kept.write_bytes(kept.read_bytes()[:-2000])
    again = Judge(mpnet_base.weights(parts, other, Keep(tmp_path, write_file), checksums=checksums), tokens)
    assert again(PAIRS).shape == (4,)


def test_where_nothing_can_be_kept_it_works_all_the_same(tmp_path: Path) -> None:
    parts, other, checksums = installed(tmp_path / "here")
    (tmp_path / "file").write_text("no folder")
    made = mpnet_base.weights(parts, other, Keep(tmp_path / "file", write_file), checksums=checksums)
    assert Judge(made, tokens)(PAIRS).shape == (4,)


@pytest.mark.parametrize("which", [0, 1])
def test_another_checksum_is_refused(tmp_path: Path, which: int) -> None:
    parts, other, checksums = installed(tmp_path / "here")
    wrong = tuple("0" * 64 if number == which else checksum for number, checksum in enumerate(checksums))
    with pytest.raises(ValueError, match="checksum"):
        mpnet_base.weights(parts, other, Keep(tmp_path, write_file), checksums=(wrong[0], wrong[1]))
    assert not list(tmp_path.glob("*.npz"))


def test_what_was_trained_is_added_to_the_upper_half_alone(tmp_path: Path) -> None:
    judges = []
    for idle in (False, True):
        parts, other, checksums = installed(tmp_path / "here", idle=idle)
        judges.append(mpnet_base.weights(parts, other, None, checksums=checksums))
    changed, plain = judges
    name = "encoder.layer.6.intermediate.dense.weight"
    added = trained()["6.inner.b"].astype(np.float32) @ trained()["6.inner.a"].astype(np.float32)
    assert plain["judge.0.inner.q"] == pytest.approx(base()[name].T, abs=1e-3)
    assert changed["judge.0.inner.q"] == pytest.approx((base()[name] + added).T, abs=5e-3)
    assert (changed["lower.5.qkv.q"] == plain["lower.5.qkv.q"]).all()
    assert abs(Judge(changed, tokens)(PAIRS) - Judge(plain, tokens)(PAIRS)).max() > 1e-3


def test_a_batch_gives_what_single_pairs_give(tmp_path: Path) -> None:
    parts, other, checksums = installed(tmp_path / "here")
    judge = Judge(mpnet_base.weights(parts, other, Keep(tmp_path, write_file), checksums=checksums), tokens)
    single = np.concatenate([judge([pair]) for pair in PAIRS])
    assert judge(PAIRS) == pytest.approx(single, abs=1e-4)
    assert judge([]).shape == (0,)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    monkeypatch.delenv("MDNET_MATCHING")
    require(bool(places.judge_parts()), "the extra 'mpnet'")
    found = open_model("auto").model
    assert found is not None
    return found


def test_it_judges_where_it_is_installed(model: Model) -> None:
    assert "judged by judge-2" in open_model("auto").message
    need = "a buyer for his van"
    buys, sells = model.judge([(need, "A colleague wants a van, up to 4000"), (need, "Tom wants to sell his van too")])
    assert buys > sells + 2.0
    own = open_model("small").model
    assert own is not None
    assert model.words(["law"]) == pytest.approx(own.words(["law"]), abs=1e-4)


def test_without_an_encoder_the_vectors_are_the_own_ones(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "packaged", lambda: None)
    alone, own = open_model("auto").model, open_model("small").model
    assert alone is not None
    assert own is not None
    assert alone.name != model.name
    assert (alone.judge_width, alone.needs(["a lawyer"]).shape) == (0, (1, 384))
    assert alone.needs(["a lawyer"]) == pytest.approx(own.needs(["a lawyer"]), abs=1e-5)


def test_what_is_not_whole_is_said_so(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "JUDGE_SHA256", "0" * 64)
    broken = open_model("auto").model
    assert broken is not None
    with pytest.raises(ModelUnusableError, match=r"all-mpnet-base-v2 cannot be used \(the checksum"):
        broken.judge([("a lawyer", "Ana is a lawyer")])
    assert broken.simpler is not None
    assert model.name != broken.name


def test_a_missing_part_is_no_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "JUDGE_PARTS", ("no_such_package",))
    assert places.judge_parts() == []
    opened = open_model("auto")
    assert "judged by" not in opened.message

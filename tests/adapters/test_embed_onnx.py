"""The stronger model, as the extra installs it and from a folder, run by the real onnxruntime."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from mdnet.adapters.embed import OWN, open_model, places
from mdnet.core.match_model import ModelUnusableError
from tests.support import require

TEXTS = ["the lawyer on Elm Street does immigration papers", "the choir sings on Tuesday", "", "弁護士 " * 300]


@pytest.fixture
def packaged(monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MDNET_MATCHING")
    file = places.packaged()
    require(file is not None, "the extra 'minilm'")
    assert file is not None
    return file


@pytest.fixture
def folder(packaged: Path, tmp_path: Path) -> Path:
    """A model folder as sentence-transformers exports one."""
    from tokenizers import Tokenizer
    from tokenizers.implementations import BertWordPieceTokenizer

    shutil.copy(packaged, tmp_path / "model.onnx")
    words = bytes(np.load(OWN)["vocabulary"]).decode().split("\n")[:30522]
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    made = BertWordPieceTokenizer(str(tmp_path / "vocab.txt"), lowercase=True)
    made.save(str(tmp_path / "tokenizer.json"))
    assert Tokenizer.from_file(str(tmp_path / "tokenizer.json")).get_vocab_size() == len(words)
    return tmp_path


def test_the_extra_is_used_where_it_is_installed(packaged: Path) -> None:
    assert packaged.name == "model.onnx"
    opened = open_model("auto")
    own = open_model("small").model
    assert opened.model is not None
    assert own is not None
    assert opened.message == f"matching with {own.name} + all-MiniLM-L6-v2"
    vectors, alone = opened.model.passages(TEXTS), own.passages(TEXTS)
    assert vectors.shape == (4, alone.shape[1] + 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0] * 4, abs=1e-3)
    assert vectors.dtype == np.float32
    need = opened.model.needs(["an attorney for a visa"])[0]
    near, far = (vectors @ need).tolist()[:2]
    assert near > far + 0.2
    assert opened.model.passages([]).shape == (0, vectors.shape[1])
    pair = [("an attorney for a visa", TEXTS[0])]
    assert opened.model.judge(pair) == pytest.approx(own.judge(pair), abs=1e-4)
    assert opened.model.words(["law"]) == pytest.approx(own.words(["law"]), abs=1e-4)


def test_a_batch_gives_what_single_texts_give(packaged: Path) -> None:
    assert packaged
    model = open_model("auto").model
    assert model is not None
    single = np.concatenate([model.passages([text]) for text in TEXTS])
    # The int8 model rounds with the batch it sees.
    assert (model.passages(TEXTS) * single).sum(axis=1) == pytest.approx([1.0] * 4, abs=0.02)


def test_a_folder_of_ones_own(folder: Path) -> None:
    opened = open_model(str(folder))
    extra = open_model("auto").model
    assert opened.model is not None
    assert extra is not None
    assert folder.name in opened.message
    assert opened.model.passages(TEXTS[:2]) == pytest.approx(extra.passages(TEXTS[:2]), abs=0.03)


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


def test_a_wrong_checksum_is_refused(packaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert packaged
    monkeypatch.setattr(places, "PACKAGE_SHA256", "0" * 64)
    model = open_model("auto").model
    assert model is not None
    with pytest.raises(ModelUnusableError, match="wrong checksum"):
        model.passages(["a lawyer"])


def test_without_what_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MDNET_MATCHING")
    monkeypatch.setattr(places, "runnable", lambda: False)
    own = open_model("small")
    assert open_model("auto").message == own.message
    assert "mdnet-vault[minilm]" in open_model(str(tmp_path)).message
    assert open_model("relative/folder").model is None

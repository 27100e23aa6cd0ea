"""The stronger model, as the extra `granite` installs it."""

from pathlib import Path

import numpy as np
import pytest

from mdnet.adapters.embed import PACKAGED, open_model, places
from mdnet.core.match_model import Model, ModelUnusableError
from tests.support import require

TEXTS = ["the lawyer on Elm Street does immigration papers", "the choir sings on Tuesday", "", "弁護士 " * 300]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    monkeypatch.delenv("MDNET_MATCHING")
    monkeypatch.setattr(places, "judge_parts", list)  # by itself
    require(places.packaged() is not None, "the extra 'granite'")
    found = open_model("auto").model
    assert found is not None
    return found


def test_the_extra_is_used_where_it_is_installed(model: Model) -> None:
    own = open_model("small").model
    assert own is not None
    assert open_model("auto").message == f"matching with {own.name} + {PACKAGED}"
    vectors, alone = model.passages(TEXTS), own.passages(TEXTS)
    assert vectors.shape == (4, alone.shape[1] + 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0] * 4, abs=1e-3)
    assert vectors.dtype == np.float32
    assert model.passages([]).shape == (0, vectors.shape[1])
    pair = [("an attorney for a visa", TEXTS[0])]
    assert model.judge(pair) == pytest.approx(own.judge(pair), abs=1e-4)
    assert model.words(["law"]) == pytest.approx(own.words(["law"]), abs=1e-4)


def test_it_knows_what_is_meant(model: Model) -> None:
    need = model.needs(["an attorney for a visa"])[0]
    other = slice(model.judge_width, None)
    near, far = (model.passages(TEXTS[:2])[:, other] @ need[other] * 2.0).tolist()
    assert near > far + 0.1


def test_a_batch_gives_what_single_texts_give(model: Model) -> None:
    single = np.concatenate([model.passages([text]) for text in TEXTS])
    assert model.passages(TEXTS) == pytest.approx(single, abs=1e-3)


def test_only_the_beginning_of_a_long_text_is_read(model: Model) -> None:
    other = slice(model.judge_width, None)
    one, two = model.passages(["a plum " * 400, "a plum " * 400 + "and a lawyer"])[:, other]
    assert one == pytest.approx(two, abs=1e-5)


def test_a_wrong_checksum_is_refused(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "PACK_SHA256", "0" * 64)
    with pytest.raises(ModelUnusableError, match="checksum is wrong"):
        model.passages(["a lawyer"])
    assert model.simpler is not None
    assert model.simpler.passages(["a lawyer"]).shape == (1, 384)


def test_without_it_the_own_model_is_used_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MDNET_MATCHING")
    monkeypatch.setattr(places, "judge_parts", list)
    own = open_model("small").message
    monkeypatch.setattr(places, "PACK", tmp_path / "gone")
    assert open_model("auto").message == own
    monkeypatch.setattr(places, "runnable", lambda _: False)
    assert open_model("auto").message == own

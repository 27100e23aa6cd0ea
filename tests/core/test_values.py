"""Our dataclasses are the standard library's, made quicker."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from mdnet.core import model, values
from mdnet.core.values import field

if TYPE_CHECKING:
    from collections.abc import Callable


class Plain:
    """Every sort of field that mdnet has."""

    name: str
    size: int = 3
    words: list[str] = field(default_factory=list)
    secret: str = field(default_factory=lambda: "hush", repr=False)
    longest: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "longest", max(map(len, self.words), default=0))


class Pair:
    one: int
    two: int = 0


def copied(plain: type) -> type:
    """`dataclass` changes a class, so each makes its own."""
    return type(plain.__name__, (), {k: v for k, v in plain.__dict__.items() if k not in ("__dict__", "__weakref__")})


def both(plain: type, **options: bool) -> tuple[Any, Any]:
    """The class as we and as the standard library make it."""
    ours: Callable[[type], Any] = values.dataclass(slots=True, **options)
    theirs: Callable[[type], Any] = dataclasses.dataclass(slots=True, **options)
    return ours(copied(plain)), theirs(values.standard(copied(plain)))


@pytest.mark.parametrize("frozen", [True, False])
def test_makes_the_same_values(frozen: bool) -> None:
    for made in both(Plain, frozen=frozen):
        value = made("a", words=["one", "three"])
        assert repr(value) == "Plain(name='a', size=3, words=['one', 'three'], longest=5)"
        assert (value.name, value.size, value.words, value.secret, value.longest) == (
            "a",
            3,
            ["one", "three"],
            "hush",
            5,
        )
        assert made("a").words is not made("a").words
        assert made.__match_args__ == ("name", "size", "words", "secret")
        assert not hasattr(value, "__dict__")
        assert value == made("a", 3, ["one", "three"])
        assert value != made("a", 4, ["one", "three"])
        assert value != ("a", 3, ["one", "three"], "hush", 5)
        assert (made.__hash__ is None) is not frozen


def test_takes_the_same_arguments() -> None:
    for made in both(Plain, frozen=True):
        for wrong in ((), ("a", 1, [], "b", 5)):
            with pytest.raises(TypeError):
                made(*wrong)
        with pytest.raises(TypeError):
            made("a", longest=3)
        with pytest.raises(TypeError):
            made("a", other=3)
    ours, theirs = (inspect.signature(made.__init__) for made in both(Pair) if made(1))
    assert [(one.name, one.kind) for one in ours.parameters.values()] == [
        (one.name, one.kind) for one in theirs.parameters.values()
    ]
    assert ours.parameters["two"].default == 0


def test_frozen_is_frozen() -> None:
    for made in both(Pair, frozen=True):
        value = made(1)
        with pytest.raises(dataclasses.FrozenInstanceError):
            value.one = 2
        with pytest.raises(dataclasses.FrozenInstanceError):
            del value.one
        assert {value: "found"}[made(1, 0)] == "found"
        assert dataclasses.replace(value, two=5) == made(1, 5)
        assert dataclasses.asdict(value) == {"one": 1, "two": 0}
        assert dataclasses.is_dataclass(value)
        assert [(one.name, one.default) for one in dataclasses.fields(made)][1] == ("two", 0)
        assert copy.copy(value) == value
        assert copy.deepcopy(value) == value
    value = both(Pair)[0](1)
    value.one = 2
    assert value.one == 2


def test_order_is_that_of_the_fields() -> None:
    for made in both(Pair, frozen=True, order=True):
        assert sorted([made(2, 0), made(1, 5), made(1, 2)]) == [made(1, 2), made(1, 5), made(2, 0)]
        assert made(1) <= made(1) < made(2) > made(1) >= made(1)
        with pytest.raises(TypeError):
            assert made(1) < (1, 0)
    with pytest.raises(TypeError):
        assert both(Pair)[0](1) < both(Pair)[0](1)


def test_methods_of_the_class_stay() -> None:
    class Own:
        word: str

        def __repr__(self) -> str:
            return f"<{self.word}>"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, str) and other == self.word

        __hash__ = None  # type: ignore[assignment]

    for made in both(Own):
        assert repr(made("a")) == "<a>"
        assert made("a") == "a"


def test_only_what_it_can_do() -> None:
    with pytest.raises(TypeError):
        values.dataclass(slots=False)(copied(Pair))
    with pytest.raises(TypeError):

        @values.dataclass(slots=True)
        class More(Pair):
            three: int = 0


def test_survives_another_process() -> None:
    problem = model.Problem("A.md", 3, "wrong")
    assert pickle.loads(pickle.dumps(problem)) == problem
    assert (problem.path, problem.line, problem.message) == ("A.md", 3, "wrong")


def test_the_model_is_made_so() -> None:
    """Each class of the shared model, filled, compares and shows as the standard library's would."""
    for name, made in vars(model).items():
        if inspect.isclass(made) and dataclasses.is_dataclass(made):
            given = {one.name: one.name for one in dataclasses.fields(made)}
            plain = dataclasses.make_dataclass(name, list(given), frozen=True, slots=True)
            assert repr(made(**given)) == repr(plain(**given))
            assert made(**given) == made(**given)
            assert hash(made(**given)) == hash(made(**given))
            assert dataclasses.asdict(made(**given)) == given

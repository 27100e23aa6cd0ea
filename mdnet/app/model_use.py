"""Work with a language model, that goes on with a simpler one, and at last with words alone, where it is unusable."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mdnet.core.match_model import ModelUnusableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdnet.core.match_model import Model

    Notice = Callable[[str], None]

T = TypeVar("T")
_unusable: set[str] = set()
"""Names of models that this process has found to be so."""


def usable(model: Model | None) -> Model | None:
    """`model`, or the next simpler one that is not known to be unusable."""
    while model is not None and model.name in _unusable:
        model = model.simpler
    return model


def with_model(model: Model | None, do: Callable[[Model | None], T], notice: Notice | None) -> tuple[T, Model | None]:
    """What `do` gives with `model` or the next simpler one that can be used, and that one. `notice` is told in one line
    of each that cannot."""
    while True:
        try:
            return do(model), model
        except ModelUnusableError as error:
            if model is None:
                raise
            _unusable.add(model.name)
            model = model.simpler
            if notice is not None:
                notice(f"{error}; matching with {model.name}" if model is not None else str(error))

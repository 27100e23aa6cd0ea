"""A model of the user's own: a sentence encoder in ONNX form, run by onnxruntime.

It lies in a folder with `model.onnx` and `tokenizer.json`, as sentence-transformers exports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mdnet.core.match_model import ModelUnusableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Tokens = Callable[[str], list[int]]

MOST_TOKENS = 256
_BATCH_TOKENS = 2048
_TRY = "A lawyer in Ohio who draws up contracts, for zebras, jazz & quartz at 7 o'clock."
_SAID = 200
"""Characters of what onnxruntime says that are passed on."""


class Encoder:
    """Sentences to vectors of length 1. Raises ModelUnusableError where the file is not such a model."""

    def __init__(self, file: Path, tokens: Tokens) -> None:
        import onnxruntime

        self._tokens, self._file = tokens, file
        try:
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 4
            self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            self._inputs = {one.name for one in self._session.get_inputs()}
        except Exception as error:  # onnxruntime raises what its C++ code makes up
            raise self._unusable(error) from error
        self.width = int(self([_TRY]).shape[1])

    def __call__(self, texts: Sequence[str]) -> Any:
        """(n, width), float32."""
        tokens = [self._tokens(text)[:MOST_TOKENS] or [0] for text in texts]
        order = sorted(range(len(texts)), key=lambda number: len(tokens[number]))
        found: dict[int, Any] = {}
        batch: list[int] = []
        for number in order:
            if batch and (len(batch) + 1) * len(tokens[number]) > _BATCH_TOKENS:
                found.update(zip(batch, self._run([tokens[one] for one in batch]), strict=True))
                batch = []
            batch.append(number)
        if batch:
            found.update(zip(batch, self._run([tokens[one] for one in batch]), strict=True))
        return np.stack([found[number] for number in range(len(texts))])

    def _unusable(self, error: Exception) -> ModelUnusableError:
        said = " ".join(str(error).split())[:_SAID]
        return ModelUnusableError(f"{self._file} cannot be used as a matching model ({said})")

    def _run(self, batch: Sequence[Sequence[int]]) -> Any:
        try:
            return self._states_of(batch)
        except Exception as error:  # as above; a tokenizer of another model gives numbers that this one does not know
            raise self._unusable(error) from error

    def _states_of(self, batch: Sequence[Sequence[int]]) -> Any:
        longest = max(len(tokens) for tokens in batch)
        ids = np.zeros((len(batch), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, {name: value for name, value in given.items() if name in self._inputs})[0]
        weights = mask[:, :, None].astype(np.float32)
        found = (states * weights).sum(axis=1) / weights.sum(axis=1) if states.ndim == 3 else states
        return (found / (np.linalg.norm(found, axis=1, keepdims=True) + 1e-12)).astype(np.float32)


def folder_tokens(folder: Path) -> Tokens:
    """The tokenizer of a user's model folder. Raises ModelUnusableError."""
    try:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MOST_TOKENS)
    except Exception as error:  # tokenizers raises bare exceptions of its Rust code
        raise ModelUnusableError(f"{folder / 'tokenizer.json'} cannot be used ({error})") from error
    return lambda text: list(tokenizer.encode(text).ids)

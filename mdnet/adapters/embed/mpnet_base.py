"""Where the weights of the stronger judge come from: the packages of the extra, and what was trained.

They are read once, which takes some seconds, and kept in half precision in the user's cache folder (220 MB). Five
packages each hold a part of one ZIP file with all-mpnet-base-v2. What was trained for the one question are matrices of
low rank that are added to those of the upper half (Hu et al., "LoRA", 2021), and the head.
"""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from mdnet.adapters.embed.places import checked, damages
from mdnet.core.hashing import sha256
from mdnet.errors import WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mdnet.adapters.embed.places import Keep

    Array = np.ndarray[Any, np.dtype[Any]]

LAYERS, LOWER = 12, 6
WEIGHTS = "all-mpnet-base-v2/model.safetensors"
"""In the ZIP file."""
FORM = 1
"""To be raised when what is kept is kept in another way."""
_FIRST_PLACE = 2
MATRICES = (
    ("q", "attention.attn.q"), ("k", "attention.attn.k"), ("v", "attention.attn.v"), ("out", "attention.attn.o"),
    ("inner", "intermediate.dense"), ("outer", "output.dense"),
)  # fmt: skip
NORMS = (("norm1", "attention.LayerNorm"), ("norm2", "output.LayerNorm"))


def weights(parts: Sequence[Path], trained: Path, keep: Keep | None, *, checksums: tuple[str, str]) -> dict[str, Array]:
    """The arrays of `mpnet.Judge`, from where they were kept before if they were. `checksums` (SHA-256, hexadecimal)
    are those of the weights in `parts` and of the file `trained`. Raises one of `damages` where they are not whole."""
    kept = keep and keep.folder / f"mpnet-{FORM}-{checksums[0][:12]}-{checksums[1][:12]}.npz"
    if kept:
        with contextlib.suppress(*damages()), kept.open("rb") as file:
            return _loaded(file)
    made = _made(dict(_tensors(parts, checksums[0])), read_trained(trained, checksums[1]))
    if keep and kept:
        packed = io.BytesIO()
        np.savez(packed, allow_pickle=False, **made)
        with contextlib.suppress(WriteRefusedError):  # then it is read again the next time
            keep.write(kept, packed.getvalue())
        with contextlib.suppress(OSError):
            for other in keep.folder.glob("mpnet-*.npz"):  # of an earlier version: they are large
                if other != kept:
                    other.unlink()
    return made


def _loaded(file: IO[bytes]) -> dict[str, Array]:
    with np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def read_trained(file: Path, checksum: str = "") -> dict[str, Array]:
    """What was trained, by name, as numbers of single precision. Raises one of `damages`."""
    arrays = _loaded(io.BytesIO(checked(file, checksum, f"the checksum of {file.name}")))
    for name in [name.removesuffix(".q") for name in arrays if name.endswith(".q")]:  # int8, with a scale for each row
        arrays[name] = arrays.pop(f"{name}.q") * arrays.pop(f"{name}.s")[:, None]
    return arrays


def _made(base: Mapping[str, Array], trained: Mapping[str, Array]) -> dict[str, Array]:
    """All arrays as `net` reads them: the lower layers as they are, the upper ones with what was trained."""
    made = {"sides": trained["sides"], "distances": base["encoder.relative_attention_bias.weight"]}
    made["positions"] = base["embeddings.position_embeddings.weight"][_FIRST_PLACE:].astype(np.float16)
    made["words"] = base["embeddings.word_embeddings.weight"].astype(np.float16)
    made["norm.w"], made["norm.b"] = (base[f"embeddings.LayerNorm.{kind}"] for kind in ("weight", "bias"))
    for number in range(LAYERS):
        name = f"encoder.layer.{number}."
        upper = number >= LOWER
        ours = f"judge.{number - LOWER}" if upper else f"lower.{number}"
        found = {}
        for short, theirs in MATRICES:
            weight, bias = base[f"{name}{theirs}.weight"], base[f"{name}{theirs}.bias"]
            if upper:
                weight = weight + trained[f"{number}.{short}.b"] @ trained[f"{number}.{short}.a"]
            found[short] = weight.T, bias
        three, biases = zip(*(found.pop(short) for short in ("q", "k", "v")), strict=True)
        found["qkv"] = np.concatenate(three, axis=1), np.concatenate(biases)
        for part, (weight, bias) in found.items():
            made[f"{ours}.{part}.q"], made[f"{ours}.{part}.s"] = _half(weight)
            made[f"{ours}.{part}.b"] = bias
        for short, theirs in NORMS:
            for kind in ("weight", "bias"):
                source = trained[f"{number}.{short}.{kind[0]}"] if upper else base[f"{name}{theirs}.{kind}"]
                made[f"{ours}.{short}.{kind[0]}"] = source
    for part, theirs in (("head1", "head.0"), ("head2", "head.2")):
        made[f"{part}.q"], made[f"{part}.s"] = _half(trained[f"{theirs}.w"].T)
        made[f"{part}.b"] = trained[f"{theirs}.b"]
    return made


def _half(weight: Array) -> tuple[Array, Array]:
    """(inputs, outputs) in half precision, and a scale of 1 for each output: 8 bits change its judgements."""
    return weight.astype(np.float16), np.ones(weight.shape[1], dtype=np.float32)


def _tensors(parts: Sequence[Path], checksum: str) -> Iterator[tuple[str, Array]]:
    """The tensors of a file in the form of safetensors: the length of a header, the header (JSON), the numbers."""
    with zipfile.ZipFile(io.BufferedReader(_Joined(parts), 1 << 20)) as archive, archive.open(WEIGHTS) as file:
        seen = sha256()

        def read(size: int) -> bytes:
            data = file.read(size)
            seen.update(data)
            return data

        header = json.loads(read(int.from_bytes(read(8), "little")))
        header.pop("__metadata__", None)
        for name, about in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
            begin, end = about["data_offsets"]
            data = read(end - begin)
            if about["dtype"] == "F32":
                yield name.removeprefix("mpnet."), np.frombuffer(data, "<f4").reshape(about["shape"])
        if seen.hexdigest() != checksum:
            raise ValueError(f"the checksum of {WEIGHTS} is wrong")


class _Joined(io.RawIOBase):
    """Several files as if they were one."""

    def __init__(self, parts: Sequence[Path]) -> None:
        self._parts = [(part, part.stat().st_size) for part in parts]
        self._size, self._at = sum(size for _, size in self._parts), 0
        self._open: tuple[Path, Any] | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        start = 0
        for part, size in self._parts:
            if start <= self._at < start + size:
                if self._open is None or self._open[0] != part:
                    self.close_part()
                    self._open = part, part.open("rb", buffering=0)
                self._open[1].seek(self._at - start)
                count: int = self._open[1].readinto(buffer)
                self._at += count
                return count
            start += size
        return 0

    def close_part(self) -> None:
        """Close the part that was read last."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def close(self) -> None:
        self.close_part()
        super().close()

"""A fitted forecast as a value and as a small file: arrays and a card, never code."""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum
from importlib import resources
from typing import BinaryIO
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.base.errors import InputError
from tocsin.spread.forecast.boost import BINS, Floats, Trees
from tocsin.spread.forecast.features import NAMES
from tocsin.spread.forecast.values import Card

VERSION = 1
_MOST_BYTES = 20_000_000
_SHIPPED = "shipped.npz"


class Head(StrEnum):
    """What a family of trees says."""

    SIZE = "size"  # logarithm of final over seen, least wrong in proportion
    LOW = "low"
    HIGH = "high"
    DOUBLE = "double"
    REACH = "reach"


class Shifts(msgspec.Struct, frozen=True, kw_only=True):
    """By how much the range is widened at its two ends so that it holds what it promises, by time since the beginning.

    after: logarithms of seconds, ascending; low and high: what is added to the logarithms of the ends.
    """

    after: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted forecast. heads: of each, the trees of every part; what they say is averaged.

    odds: slope and offset by which what `Head.DOUBLE` says becomes the logarithm of odds.
    """

    card: Card
    edges: Floats
    heads: dict[Head, tuple[Trees, ...]]
    shifts: Shifts
    odds: tuple[float, float]


class _Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the file beside the arrays."""

    version: int
    names: tuple[str, ...]
    card: Card
    starts: dict[str, tuple[float, ...]]
    odds: tuple[float, float]


def write_model(model: Model, out: BinaryIO) -> None:
    """Write a model: a zip of arrays (numpy's npz) and a card in JSON."""
    sheet = _Sheet(
        version=VERSION,
        names=NAMES,
        card=model.card,
        odds=model.odds,
        starts={head.value: tuple(part.start for part in parts) for head, parts in model.heads.items()},
    )
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "sheet": np.frombuffer(msgspec.json.encode(sheet), dtype=np.uint8),
        "edges": model.edges,
        "shifts": np.stack([model.shifts.after, model.shifts.low, model.shifts.high]),
    }
    for head, parts in model.heads.items():
        arrays[f"{head.value}_features"] = np.stack([part.features for part in parts])
        arrays[f"{head.value}_bins"] = np.stack([part.bins for part in parts])
        arrays[f"{head.value}_leaves"] = np.stack([part.leaves for part in parts]).astype(np.float16)
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]


def read_model(content: bytes, name: str) -> Model:
    """Return the model in the bytes of a file. Raises InputError when it is not one, or of another version."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST_BYTES:
                raise InputError("{file} is too large for a model; fit it again with tocsin forecast --fit.", file=name)
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            arrays = {key: held[key] for key in held.files}
        sheet = msgspec.json.decode(arrays["sheet"].tobytes())
        version = sheet["version"]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError, EOFError, msgspec.DecodeError):
        raise InputError("{file} is not a model; write one with tocsin forecast --fit.", file=name) from None
    if version != VERSION:
        raise InputError(
            "{file} is a model of version {version}, and this program reads version {known}; fit it again.",
            file=name,
            version=version,
            known=VERSION,
        )
    try:
        return _model(msgspec.convert(sheet, _Sheet), arrays)
    except (KeyError, ValueError, OSError, msgspec.ValidationError) as error:
        raise InputError("{file} is a damaged model ({error}); fit it again.", file=name, error=error) from None


def shipped_model() -> Model:
    """Return the model that comes with the program; `shipped.md` beside it tells what it was fitted on."""
    return read_model(resources.files(__package__).joinpath(_SHIPPED).read_bytes(), _SHIPPED)


def _model(sheet: _Sheet, arrays: dict[str, npt.NDArray[np.generic]]) -> Model:
    if sheet.names != NAMES:
        raise ValueError("other features")
    ZoneInfo(sheet.card.zone)
    edges = arrays["edges"].astype(np.float32)
    after, low, high = arrays["shifts"].astype(np.float64)
    if edges.shape != (len(NAMES), BINS - 2) or not len(after):
        raise ValueError("shape")
    heads = {head: _parts(head, sheet.starts[head.value], arrays) for head in Head}
    shifts = Shifts(after=after, low=low, high=high)
    return Model(card=sheet.card, edges=edges, heads=heads, shifts=shifts, odds=sheet.odds)


def _parts(head: Head, starts: tuple[float, ...], arrays: dict[str, npt.NDArray[np.generic]]) -> tuple[Trees, ...]:
    features = arrays[f"{head.value}_features"].astype(np.uint8)
    bins = arrays[f"{head.value}_bins"].astype(np.uint8)
    leaves = arrays[f"{head.value}_leaves"].astype(np.float32)
    parts, trees, depth = features.shape
    if bins.shape != features.shape or leaves.shape != (parts, trees, 2**depth) or len(starts) != parts or not parts:
        raise ValueError(head.value)
    if (features.size and features.max() >= len(NAMES)) or not np.isfinite(leaves).all():
        raise ValueError(head.value)
    return tuple(
        Trees(start=start, features=features[part], bins=bins[part], leaves=leaves[part])
        for part, start in enumerate(starts)
    )

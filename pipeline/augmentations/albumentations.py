"""A policy of the library albumentations: changes of colour, noise, blur, compression."""

from __future__ import annotations

import warnings
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import ValidationError

from pipeline.bounds import Filled
from pipeline.errors import BatchError, ParamsError
from pipeline.kinds import Augmentation, Drawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

    from numpy.typing import NDArray

__all__ = ["Albumentations"]

ABLE = ("lr", "hr")
SEEDS = 2**32


class Albumentations(Augmentation):
    """Runs transforms of albumentations on uint8 patches, one after the other.

    Of LR and HR each goes through with the same chance: what changes colours changes both alike, and what draws a
    value per pixel draws for each size anew. Transforms that move pixels would part LR from HR; they are refused.

    Args:
        transforms: the library's names with their options, as in ``RandomGamma: {p: 0.5}``; ``OneOf``, ``SomeOf`` and
            ``Sequential`` take a list ``transforms`` of such.
        to: ``both``, or ``lr`` for what the network is to undo.
    """

    def __init__(self, transforms: Filled[list[dict[str, dict[str, Any]]]], to: Literal["both", "lr"] = "both") -> None:
        self.to = ABLE if to == "both" else ("lr",)
        self.transforms = transforms
        self.policy_is_free = Lock()  # its chance is a state of its own

    @cached_property
    def policy(self) -> Any:
        """The transforms, built where they are first needed: who only checks params.yaml need not wait for the library.

        Raises:
            ParamsError: a name that the library does not have, options that it does not take, or pixels that move.
        """
        return _library().Compose([_transform(each) for each in self.transforms])

    def barred(self, fields: Iterable[str]) -> list[str]:
        """Return the fields that the policy would have to reach, and cannot: those made of LR or HR."""
        made = [field for field in fields if field not in (*ABLE, "ref")]
        return made if self.to == ABLE else [field for field in made if not field.startswith("hr")]

    def draw(self, rng: np.random.Generator) -> Drawn:
        """Decide the seed of the library's own chance."""
        return {"seed": int(rng.integers(SEEDS))}

    def apply(self, patches: Mapping[str, NDArray[Any]], drawn: Drawn) -> dict[str, NDArray[Any]]:
        """Run the policy on the patches that it is for, a grey one as three equal channels."""
        return {
            field: self._changed(patch, drawn["seed"]) if field in self.to else patch
            for field, patch in patches.items()
        }

    def _changed(self, patch: NDArray[Any], seed: int) -> NDArray[Any]:
        if patch.ndim > 3:
            return np.stack([self._changed(frame, seed) for frame in patch])
        colours = np.ascontiguousarray(np.broadcast_to(patch, (*patch.shape[:2], 3)))
        with self.policy_is_free:
            self.policy.set_random_seed(seed)
            changed: NDArray[Any] = self.policy(image=colours)["image"]
        if (changed.shape, changed.dtype) != (colours.shape, colours.dtype):
            made = f"{changed.dtype} {changed.shape} of {colours.dtype} {colours.shape}"
            raise BatchError(f"augment: albumentations: makes {made}; name transforms that keep size and format")
        return changed


def _library() -> ModuleType:
    """Return albumentations, whose import takes a second or two."""
    import albumentations

    return albumentations


def _transform(spec: Mapping[str, Mapping[str, Any]]) -> Any:
    """Build ``{name: options}``; lists of transforms inside are built with it."""
    if len(spec) != 1:
        raise ParamsError(
            f"augment: albumentations: must be one transform with its options each, not {', '.join(spec) or 'none'}"
        )
    ((name, options),) = spec.items()
    kind, given = _kind(name), dict(options)
    if issubclass(kind, _library().BaseCompose):
        given["transforms"] = [_transform(each) for each in options.get("transforms", [])]
        if not given["transforms"]:
            raise ParamsError(f"augment: albumentations: `{name}` has none; list at least one under its `transforms`")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return kind(**given)
    except (TypeError, ValueError, UserWarning) as error:
        raise ParamsError(f"augment: albumentations: `{name}`: {_said(error)}") from None


def _said(error: Exception) -> str:
    """Return what the library has against options, on one line; its checks are pydantic's."""
    if not isinstance(error.__cause__, ValidationError):
        return str(error)
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.__cause__.errors())


def _kind(name: str) -> type[Any]:
    """Return the library's class of that name, which must leave every pixel where it is."""
    library = _library()
    kind = getattr(library, name, None)
    able = (library.ImageOnlyTransform, library.OneOf, library.SomeOf, library.Sequential)
    if isinstance(kind, type) and issubclass(kind, able):
        return kind
    known = isinstance(kind, type) and issubclass(kind, library.BasicTransform)
    why = "moves pixels, or needs more than a picture" if known else "is not there"
    raise ParamsError(f"augment: albumentations: `{name}` {why}; take a pixel-level transform of albumentations")

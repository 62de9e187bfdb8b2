"""A policy of the library albumentations: transforms of pixels by their names there, and chance by a seed."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import cv2
import numpy as np
from pydantic import ValidationError

from pipeline.errors import ImageError, ParamsError

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

Sample = TypeVar("Sample", np.uint8, np.float32)

SEEDS = 2**32
FAULTS = (TypeError, ValueError, IndexError, ZeroDivisionError, NotImplementedError, cv2.error)
"""What the library raises, or OpenCV below it, at a picture that a transform cannot work on."""


class Policy:
    """Transforms that run one after the other on a picture of three channels.

    They are built by ``ready``, or where they are first needed: who only checks params.yaml need not wait for the
    library.

    Args:
        transforms: each ``{name: options}``; ``OneOf``, ``SomeOf`` and ``Sequential`` take a list ``transforms`` of
            such.
        place: what to call the policy in an error.
    """

    def __init__(self, transforms: Sequence[Mapping[str, Mapping[str, Any]]], place: str) -> None:
        self.transforms = transforms
        self.place = place
        self.free = Lock()  # its chance is a state of its own

    def ready(self) -> None:
        """Build the transforms, if they are not built yet.

        Raises:
            ParamsError: a name that the library does not have, options that it does not take, or pixels that move.
        """
        with self.free:
            assert self._built

    def changed(self, picture: NDArray[Sample], seed: int) -> NDArray[Sample]:
        """Return ``picture`` (H, W, 3), uint8 or float32 in [0, 1], as the transforms with ``seed`` leave it.

        Raises:
            ParamsError: a name that the library does not have, options that it does not take, or pixels that move.
            ImageError: a transform that cannot work on such a picture, or leaves another size or format.
        """
        with self.free:
            self._built.set_random_seed(seed)
            try:
                changed: NDArray[Sample] = self._built(image=picture)["image"]
            except FAULTS as error:
                raise ImageError(f"{self.place}: cannot change {_format(picture)}: {_said(error)}") from None
        if (changed.shape, changed.dtype) != (picture.shape, picture.dtype):
            made = f"{_format(changed)} of {_format(picture)}"
            raise ImageError(f"{self.place}: makes {made}; name transforms that keep size and format")
        return changed

    @cached_property
    def _built(self) -> Any:
        return _library().Compose([self._transform(each) for each in self.transforms])

    def _transform(self, spec: Mapping[str, Mapping[str, Any]]) -> Any:
        """Build ``{name: options}``; lists of transforms inside are built with it."""
        if len(spec) != 1:
            raise ParamsError(
                f"{self.place}: must be one transform with its options each, not {', '.join(spec) or 'none'}"
            )
        ((name, options),) = spec.items()
        kind, given = self._kind(name), dict(options)
        if issubclass(kind, _library().BaseCompose):
            given["transforms"] = [self._transform(each) for each in options.get("transforms", [])]
            if not given["transforms"]:
                raise ParamsError(f"{self.place}: `{name}` has none; list at least one under its `transforms`")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                built = kind(**given)
        except (TypeError, ValueError, UserWarning) as error:
            raise ParamsError(f"{self.place}: `{name}`: {_said(error)}") from None
        if getattr(built, "targets_as_params", None):
            raise self._unable(name, "moves pixels, or needs more than a picture")
        return built

    def _kind(self, name: str) -> type[Any]:
        """Return the library's class of that name, which must leave every pixel where it is."""
        library = _library()
        kind = getattr(library, name, None)
        able = (library.ImageOnlyTransform, library.OneOf, library.SomeOf, library.Sequential)
        if isinstance(kind, type) and issubclass(kind, able):
            return kind
        known = isinstance(kind, type) and issubclass(kind, library.BasicTransform)
        raise self._unable(name, "moves pixels, or needs more than a picture" if known else "is not there")

    def _unable(self, name: str, why: str) -> ParamsError:
        return ParamsError(f"{self.place}: `{name}` {why}; take a pixel-level transform of albumentations")


def _library() -> ModuleType:
    """Return albumentations, whose import takes a second or two."""
    import albumentations

    return albumentations


def _format(picture: NDArray[Any]) -> str:
    return f"{picture.dtype} {picture.shape}"


def _said(error: Exception) -> str:
    """Return what the library has against options, on one line; its checks are pydantic's."""
    if not isinstance(error.__cause__, ValidationError):
        return " ".join(str(error).split())
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.__cause__.errors())

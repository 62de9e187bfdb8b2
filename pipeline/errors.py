"""The exceptions a user can meet; each message says what is wrong, where, and what would be right.

PipelineError
├── ParamsError      params.yaml says something that cannot be
├── SourceError      a data set is missing, broken or not the one it should be
├── ImageError       an image or a size cannot be used
├── DataError        a folder of shards or pairs is incomplete or does not fit
├── BatchError       a part reads a field that nothing supplies
├── LearningError    a training cannot start or has diverged
└── ScoreError       nothing was scored, or a score is no number
"""

from collections.abc import Iterator
from contextlib import contextmanager


class PipelineError(Exception):
    """The root: a fault that the user can mend; the runner prints it as one line."""


class ParamsError(PipelineError):
    """params.yaml says something that cannot be; one line per problem."""


class SourceError(PipelineError):
    """A data set is missing, broken or not the one it should be."""


class ImageError(PipelineError):
    """An image or a size cannot be used."""


class DataError(PipelineError):
    """A folder of shards, pairs or weights is incomplete or does not fit."""


class BatchError(PipelineError):
    """A part reads a field that nothing supplies."""


class LearningError(PipelineError):
    """A training cannot start or has diverged."""


class ScoreError(PipelineError):
    """Nothing was scored, or a score is no number."""


@contextmanager
def told_at(place: str) -> Iterator[None]:
    """Let the line of an error that is raised inside begin with ``place``, where in params.yaml its cause stands."""
    try:
        yield
    except PipelineError as error:
        raise type(error)(f"{place}: {error}") from None

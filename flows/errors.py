"""The faults that a flow's user can meet; each message says what is wrong, where, and what would be right."""

from pipeline.errors import PipelineError


class FlowError(PipelineError):
    """A flow cannot start, or some of its stages did not end well."""


class TakenError(FlowError):
    """Another run holds the checkout; the message is its id."""

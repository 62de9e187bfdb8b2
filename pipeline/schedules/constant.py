"""No schedule: the rate stays as it is (SRCNN)."""

__all__ = ["Constant"]


class Constant:
    """One, at every progress."""

    def __call__(self, progress: float) -> float:
        """Return 1."""
        return 1.0

"""A straight line: for weights of losses above all (DRCN: what judges intermediate predictions fades out).

Kim, Lee, Lee, "Deeply-Recursive Convolutional Network for Image Super-Resolution", CVPR 2016, arXiv:1511.04491, section
3.3: alpha begins high and decays; the paper does not say along which line.
"""

from pipeline.bounds import NotNegative, Share

__all__ = ["Linear"]


class Linear:
    """Goes from ``begin`` to ``end`` along a straight line, and stays there.

    Args:
        begin: the factor at the beginning.
        end: the factor at ``until`` and after it.
        until: the progress, in [0, 1], at which the line ends.
    """

    def __init__(self, begin: NotNegative = 1.0, end: NotNegative = 0.0, until: Share = 1.0) -> None:
        self.begin = begin
        self.end = end
        self.until = until

    def __call__(self, progress: float) -> float:
        """Return the factor at ``progress`` in [0, 1)."""
        if progress >= self.until:
            return self.end
        return self.begin + (self.end - self.begin) * progress / self.until

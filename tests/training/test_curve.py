"""The curve: columns that come later, and cells that a row has nothing for."""

from pathlib import Path

from pipeline.training.curve import Curve


def test_a_column_that_comes_later_is_empty_before_and_where_a_row_lacks_it(tmp_path: Path) -> None:
    curve, path = Curve(tmp_path / "curve.csv"), tmp_path / "curve.csv"
    curve([{"step": 1, "loss": 0.5}])
    curve([{"step": 2, "half": 0.1, "loss": 0.25}, {"step": 3, "loss": 1 / 3}])

    assert "step,loss,half\n1,0.5,\n2,0.25,0.1\n3,0.333333333,\n" == path.read_text(encoding="utf-8")


def test_a_curve_is_begun_anew(tmp_path: Path) -> None:
    Curve(tmp_path / "curve.csv")([{"step": 1, "loss": 0.5}])
    Curve(tmp_path / "curve.csv")

    assert "step\n" == (tmp_path / "curve.csv").read_text(encoding="utf-8")

"""The table of scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import scores
from flows.scores import champions, tables

METRICS = {
    "scores/edsr-x2.json": {"b100": {"psnr_y8": 33.15812, "images": 100}, "set5": {"psnr_y8": 38.0}},
    "scores/bicubic-x2.json": {"b100": {"psnr_y8": 32.2, "ssim_y8": 0.9, "images": 100}},
}


def test_every_benchmark_has_a_table_of_models_and_metrics_and_a_champion_is_marked() -> None:
    expected = """\
### b100

| model | images | psnr_y8 | ssim_y8 |
| --- | ---: | ---: | ---: |
| bicubic-x2 | 100 | 32.2000 | 0.9000 |
| **edsr-x2** (champion) | 100 | 33.1581 |  |

### set5

| model | psnr_y8 |
| --- | ---: |
| **edsr-x2** (champion) | 38.0000 |"""

    assert expected == tables(METRICS, ["edsr-x2"])


def test_champions_are_the_last_so_called_of_each_task(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(scores, "ROOT", tmp_path)
    assert frozenset() == champions()

    told = [
        ("sr-a", "old", "champion"),
        ("sr-a", "new", "champion"),
        ("sr-a", "worse", "challenger"),
        ("sr-b", "other", "champion"),
    ]
    lines = (f"- {{task: {task}, model: {model}, verdict: {verdict}}}\n" for task, model, verdict in told)
    (tmp_path / "registry.yaml").write_text("".join(lines), encoding="utf-8")

    assert {"new", "other"} == champions()

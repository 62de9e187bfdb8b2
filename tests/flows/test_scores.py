"""The table of scores, and who is champion."""

from __future__ import annotations

from flows.scores import best, tables

METRICS = {
    "scores/edsr-x2.json": {"b100": {"psnr_y8": 33.15812, "images": 100}, "set5": {"psnr_y8": 38.0}},
    "scores/bicubic-x2.json": {"b100": {"psnr_y8": 32.2, "ssim_y8": 0.9, "images": 100}},
}


def test_every_benchmark_has_a_table_of_models_and_metrics() -> None:
    expected = """\
### b100

| model | images | psnr_y8 | ssim_y8 |
| --- | ---: | ---: | ---: |
| bicubic-x2 | 100 | 32.2000 | 0.9000 |
| edsr-x2 | 100 | 33.1581 |  |

### set5

| model | psnr_y8 |
| --- | ---: |
| edsr-x2 | 38.0000 |"""

    assert expected == tables(METRICS)


def test_the_champion_of_a_task_is_the_last_so_called() -> None:
    told = [("sr-b", "other", "c"), ("sr-a", "old", "c"), ("sr-a", "new", "c"), ("sr-a", "worse", "challenger")]
    entries = [
        {
            "task": task,
            "model": model,
            "hash": 9 * model,
            "date": "2026-01-02 03:04:05Z",
            "verdict": verdict.replace("c", "champion") if verdict == "c" else verdict,
        }
        for task, model, verdict in told
    ]
    expected = """\
### Champions

| task | champion | hash | since |
| --- | --- | --- | --- |
| sr-a | **new** | newnewne | 2026-01-02 03:04:05Z |
| sr-b | **other** | otheroth | 2026-01-02 03:04:05Z |"""

    assert expected == best(entries)
    assert "" == best([])

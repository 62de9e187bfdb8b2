"""What a newcomer reads in MLflow: which version is best and why, in Markdown whose first line is plain."""

from __future__ import annotations

from pipeline.pairs.scales import Scales
from pipeline.registry.comparing import scores_of, settings_of
from pipeline.registry.facts import Facts
from pipeline.registry.ledger import Entry
from pipeline.registry.records import Record
from pipeline.registry.standing import Standing

MEANING = {
    "champion": "the one to use",
    "challenger": "the newest that the gate did not let pass",
    "previous": "the champion before; `make rollback` returns to it",
}


def of_task(task: str, stand: Standing, facts: Facts) -> str:
    """Return what is to be known of a task: who is champion and why, what is judged, and all versions."""
    first = facts.record(stand.versions[0])
    suite = task.removeprefix("sr-")
    lines = [_headline(stand)]
    lines += [f"Super-resolution x{Scales(first.scale)}, judged on the {first.images()} images of `{suite}`."]
    lines += ["\n".join(_versions(stand, facts))]
    lines += ["\n".join(f"- `{role}`: {meaning}" for role, meaning in MEANING.items() if role in stand.aliases)]
    return "\n\n".join(lines)


def of_version(entry: Entry, stand: Standing, record: Record) -> str:
    """Return what is to be known of a version: what it is now, the verdicts, its scores, how it was made."""
    roles = [role for role, hash_ in stand.aliases.items() if hash_ == entry.hash]
    standing = "; ".join(f"{role.capitalize()}: {MEANING[role]}" for role in roles) or "No longer in the running"
    made = settings_of(record)
    lines = [f"{standing}."]
    lines += ["\n".join(f"- {reason}" for reason in _reasons(entry, stand))]
    lines += ["\n".join(_table([["benchmark", *_names(record)], *_scores(record)]))]
    lines += [
        f"Made by `{made['network.name']}` with `{made['recipe.name']}` from `{made['pairs']}`; {_costs(record)}."
    ]
    return "\n\n".join(lines)


def _headline(stand: Standing) -> str:
    if not stand.champion:
        return "No champion yet: no version has passed the gate."
    number = stand.number(stand.champion.hash)
    reasons = "; ".join(stand.champion.reasons)
    return f"Champion: {stand.champion.model}, version {number}, since {stand.champion.date}: {reasons}."


def _reasons(entry: Entry, stand: Standing) -> list[str]:
    later = [each for each in stand.crowned if each.hash == entry.hash and each != entry]
    return [f"{each.verdict} by {each.by}, {each.date}: {'; '.join(each.reasons)}" for each in (entry, *later)]


def _versions(stand: Standing, facts: Facts) -> list[str]:
    """Return a table of all versions, the newest first."""
    rows = [["version", "model", "when it came", "scores", "cost"]]
    for entry in reversed(stand.versions):
        record = facts.record(entry)
        scores = ", ".join(f"{name} {value}" for name, value in scores_of(record).items())
        rows.append([str(stand.number(entry.hash)), entry.model, entry.verdict, scores, _costs(record)])
    return _table(rows)


def _names(record: Record) -> list[str]:
    return list(next(iter(record.means().values())))


def _scores(record: Record) -> list[list[str]]:
    means = record.means()
    return [[each, *(f"{means[each][name]:.4f}" for name in _names(record))] for each in means]


def _table(rows: list[list[str]]) -> list[str]:
    """Return a table with room between its columns, which MLflow's pages give it none of."""
    lines = [f"| {' | '.join(f'{cell}&nbsp;&nbsp;' for cell in row)} |" for row in rows]
    return [lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]


def _costs(record: Record) -> str:
    known = {"parameters": "{:,} parameters", "seconds_per_megapixel": "{:.3g} s per megapixel"}
    told = [form.format(record.costs[name]) for name, form in known.items() if name in record.costs]
    return f"{', '.join(told)} ({record.costs.get('device', 'unknown device')})" if told else "not measured"

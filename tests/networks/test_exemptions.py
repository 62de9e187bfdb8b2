"""Who is exempt from a law of the networks: what the code says is what docs/networks.md tells, in five rows at most."""

from __future__ import annotations

import re

from torch import nn

from tests.clones import ROOT
from tests.nets import CRITICS, DEGRADERS, RESTORERS, full, scales_of
from tests.networks import test_laws

ROW = re.compile(r"^\| ([^|]+) \| (`\w+`(?:, `\w+`)*) \| [^|]+ \|$", re.MULTILINE)
LAWS = {"bf16", "one graph", "gradients"}


def told() -> dict[str, set[str]]:
    """Return the laws that the table exempts each network from."""
    page = (ROOT / "docs" / "networks.md").read_text(encoding="utf-8")
    table = page.partition("## Exemptions\n")[2].partition("\n## ")[0]
    rows = ROW.findall(table)

    assert 0 < len(rows) <= 5
    return {name: set(laws.split(", ")) for laws, names in rows for name in re.findall(r"\w+", names)}


def learns(network: nn.Module) -> bool:
    return any(each.requires_grad for each in network.parameters())


def test_the_table_tells_what_the_code_says() -> None:
    networks = {name: full(name, scales_of(name)[0]) for name in (*RESTORERS, *DEGRADERS)}
    networks |= {name: full(name) for name in CRITICS}
    exempt = {
        "bf16": {name for name, each in networks.items() if getattr(each, "bf16_harms", False)},
        "gradients": {name for name, each in networks.items() if not learns(each)},
        "one graph": set(RESTORERS) - set(test_laws.LEARNABLE),
    }

    assert LAWS == set().union(*told().values())
    assert exempt == {law: {name for name, laws in told().items() if law in laws} for law in exempt}

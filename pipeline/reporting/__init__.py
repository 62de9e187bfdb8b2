"""The report: one self-contained page of what was trained, on what, and how well it restores."""

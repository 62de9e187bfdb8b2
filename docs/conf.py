"""The settings of the documentation: `make docs`."""

project = "Super-resolution, reproducibly"
extensions = ["myst_parser"]
html_theme = "furo"
exclude_patterns = ["proofs"]
myst_heading_anchors = 3
html_static_path: list[str] = []

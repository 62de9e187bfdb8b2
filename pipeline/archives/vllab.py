"""The two archives in which the authors of LapSRN packed the field's small sets."""

from pipeline.archives.packing import Archive

_ORIGIN = "the README of phoenix104104/LapSRN"
_FOLDER = "http://vllab.ucmerced.edu/wlai24/LapSRN/results"

TRAINING = Archive("SR_training_datasets.zip", (f"{_FOLDER}/SR_training_datasets.zip",), origin=_ORIGIN)
"""T91, BSDS200, General100."""
TESTING = Archive("SR_testing_datasets.zip", (f"{_FOLDER}/SR_testing_datasets.zip",), origin=_ORIGIN)
"""Set5, Set14, BSDS100, Urban100, Manga109, Historical."""

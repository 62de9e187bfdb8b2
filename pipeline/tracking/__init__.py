"""MLflow, the one room that knows it: an index of the facts, which can be made again at any time."""

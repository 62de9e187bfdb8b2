"""Weights that others have learnt, from the files they published: tensors are read, and nothing of a file is run."""

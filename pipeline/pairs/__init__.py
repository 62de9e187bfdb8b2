"""LR/HR pairs: how they are made, stored, derived from and drawn into batches."""

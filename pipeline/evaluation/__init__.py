"""Scoring a model on a suite."""

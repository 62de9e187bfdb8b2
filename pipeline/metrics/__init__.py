"""Metrics, one file each, named with their protocol."""

"""Packed planes: raw pixels in a few large files, and the index that finds them."""

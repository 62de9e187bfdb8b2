"""Clips of gradients, one file each: bounds that hold before an optimizer's step."""

"""The field's ways of doing the same work, written as plainly as they run in its toolboxes: fp32, eager, PNG files."""

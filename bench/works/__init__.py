"""What is timed: one file per kind of work, each with its peer."""

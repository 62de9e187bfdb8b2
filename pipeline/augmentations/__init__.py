"""Changes of the patches that a network learns from, another one each time."""

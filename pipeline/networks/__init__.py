"""Networks of the literature, one file each."""

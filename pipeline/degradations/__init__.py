"""Links of degradation, one file each, and the chain that composes them."""

"""A library of images and learning: everything that turns photographs into trained and scored networks."""

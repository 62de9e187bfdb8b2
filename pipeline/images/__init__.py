"""Pure functions on images: colour, resizing, cropping, reading, comparing."""

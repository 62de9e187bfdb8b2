"""Archives of data sets: where they are had, how they are fetched, and how they are read without trusting them."""

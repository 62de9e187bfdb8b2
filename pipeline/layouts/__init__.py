"""How groups of authors name the tensors in the files of weights they publish: a file for each group."""

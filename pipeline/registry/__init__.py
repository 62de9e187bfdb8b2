"""Which version of a task is champion, and why: the facts that stand in git."""

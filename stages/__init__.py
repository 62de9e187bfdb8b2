"""The commands that dvc.yaml calls, one file a verb."""

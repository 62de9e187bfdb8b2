"""What params.yaml may say: its schema, its reading and its check."""

"""Enlarging over HTTP; the one room that knows starlette."""

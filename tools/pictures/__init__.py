"""The pictures of the documentation, taken of the running product."""

"""Words from a picture, to start a brief with."""

"""The darkroom: where strangers' pictures are opened."""

"""Briefs that a model suggests, ready to be pressed: recorded before they are shown, and again when they are taken."""

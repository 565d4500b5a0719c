"""The small rights-clean models that make a fresh CPU machine work."""

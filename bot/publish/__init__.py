"""Showing a finished piece in the community: what is said beside it, and taking it down again."""

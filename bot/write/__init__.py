"""Texts drafted from a member's words, and ways to put an idea: a tool in their hand, as with pictures."""

"""Drafts on command: the brief, its card, and its delivery."""

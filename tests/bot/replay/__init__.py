"""Replays: of real records, by the real server, and of hostile bundles."""

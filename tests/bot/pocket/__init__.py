"""Tests of the pocket server."""

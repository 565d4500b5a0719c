"""Tests of the menus of a message."""

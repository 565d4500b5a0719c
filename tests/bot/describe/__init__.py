"""Tests of descriptions of pictures."""

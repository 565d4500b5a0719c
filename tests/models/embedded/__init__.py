"""Tests of models.embedded."""

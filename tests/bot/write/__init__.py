"""Tests of drafted texts."""

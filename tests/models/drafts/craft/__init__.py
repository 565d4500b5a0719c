"""Tests of the picture craft."""

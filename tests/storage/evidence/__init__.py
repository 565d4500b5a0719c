"""Tests of storage.evidence."""

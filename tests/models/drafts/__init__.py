"""Tests of models.drafts."""

"""Tests of the engine with real, tiny pipelines of diffusers."""

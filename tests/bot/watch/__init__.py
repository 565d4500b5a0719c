"""Tests of the figures for Prometheus."""

"""Tests of bot/draft."""

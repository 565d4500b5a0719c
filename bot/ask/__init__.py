"""Answers to art and copyright questions, carried by cited facts."""

"""Ways to serve drafts, measured side by side."""

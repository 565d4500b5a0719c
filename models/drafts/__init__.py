"""The drafts server: one process that owns torch, draws what it is asked over HTTP, and says how it did it."""

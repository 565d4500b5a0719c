"""How each tampering is done, and what has to find it; `tests.storage.evidence.tamperings` is the list."""

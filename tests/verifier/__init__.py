"""The verifier that needs no trust in this project: one file, held against the same good and bad bundles."""

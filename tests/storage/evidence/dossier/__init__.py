"""The dossier: what it tells, in which words, and that nothing anybody writes gets out of its place."""

"""How the embedded draft model was made, to be made again: a development tool, which no user runs.

The order of work: `art` renders openly licensed icon sets into one file, `words` builds the lexicon, `autoencoder`,
`flow` and `enlarger` train the three networks, `ship` writes what travels in the package. Needs the `training` extra.
Each program says with `--help` what it takes; docs/embedded-model.md tells the whole story.
"""

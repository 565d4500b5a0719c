"""What strangers bring and do on purpose: files, words, ids and bundles, made here and never stored."""

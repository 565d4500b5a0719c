"""The Discord edge: client, command tree, texts in the member's language, and the error border."""

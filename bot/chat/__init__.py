"""The Discord edge: client, command tree, texts in the member's language, and the border where errors become replies."""

"""How Images servers are spoken to: our own drafts server, and everybody else's."""

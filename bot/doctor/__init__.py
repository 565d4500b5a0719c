"""`colophon doctor`: what an operator should know before members find out; each finding says how to mend it."""

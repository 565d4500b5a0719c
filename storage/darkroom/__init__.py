"""Where strangers' files are opened, and films and charts drawn: processes that may take so much and no more."""

"""The ledger and everything a third party needs to check it."""

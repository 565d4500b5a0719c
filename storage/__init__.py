"""What must last: members' work, the ledger of evidence, and media."""

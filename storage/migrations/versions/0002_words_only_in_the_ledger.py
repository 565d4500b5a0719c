"""Words of members stand in the ledger alone.

How a draft was made, as its server told, was kept twice: in the event, sealed with the member's key, and plainly in
`drafts.record`, where an erasure would not have reached the words that the model drew from.
"""

from storage.migrations.ddl import run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the plain copy."""
    run("ALTER TABLE drafts DROP COLUMN record")

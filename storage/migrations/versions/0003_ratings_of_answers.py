"""Members may say whether an answer helped."""

from storage.migrations.ddl import run

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of votes."""
    run(
        """
        CREATE TABLE answer_ratings (
            message_id VARCHAR NOT NULL,
            voter VARCHAR NOT NULL,
            channel_id VARCHAR NOT NULL,
            guild_id VARCHAR,
            facts JSON NOT NULL,
            helpful BOOLEAN NOT NULL,
            reason VARCHAR,
            rated_at INTEGER NOT NULL,
            CONSTRAINT pk_answer_ratings PRIMARY KEY (message_id, voter)
        )
        """
    )
    run("CREATE INDEX ix_answer_ratings_guild_id ON answer_ratings (guild_id)")

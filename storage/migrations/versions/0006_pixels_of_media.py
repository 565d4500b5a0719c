"""The hash of a picture's pixels beside its file's: a file whose marks were stripped still leads to its event."""

from storage.migrations.ddl import run

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and its index; pictures that are there already get theirs when they are recorded again."""
    run("ALTER TABLE media ADD COLUMN pixels_sha256 VARCHAR")
    run("CREATE INDEX ix_media_pixels_sha256 ON media (pixels_sha256)")

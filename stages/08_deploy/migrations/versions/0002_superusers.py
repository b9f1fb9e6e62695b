"""Superusers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    # Alembic left out `server_default`: it does not know what the users of before shall have.
    op.add_column(
        "users",
        sa.Column("is_superuser", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Bring the database back to the revision before."""
    op.drop_column("users", "is_superuser")

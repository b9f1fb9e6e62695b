"""When a task was completed: expand, so that the app of before can go on meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The database notes the moment, and not the app: the app of before, which knows nothing of the
# column, completes tasks too while both run.
POSTGRESQL = (
    "CREATE FUNCTION note_completion() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " NEW.completed_at := CASE WHEN NEW.completed THEN now() END; RETURN NEW; END $$",
    "CREATE TRIGGER tasks_completed_at BEFORE UPDATE OF completed ON tasks FOR EACH ROW"
    " WHEN (NEW.completed <> OLD.completed) EXECUTE FUNCTION note_completion()",
)
SQLITE = (
    "CREATE TRIGGER tasks_completed_at AFTER UPDATE OF completed ON tasks FOR EACH ROW"
    " WHEN NEW.completed <> OLD.completed BEGIN UPDATE tasks SET completed_at ="
    " CASE WHEN NEW.completed THEN strftime('%Y-%m-%d %H:%M:%f', 'now') END WHERE id = NEW.id; END",
)


def upgrade() -> None:
    """Bring the database to this revision."""
    # Null for all tasks that are there: no row is written. The index keeps writers out until it is
    # built; a very large table would get it CONCURRENTLY, in a migration of its own.
    op.add_column("tasks", sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_tasks_owner_id_id", "tasks", ["owner_id", "id"], unique=False)
    postgresql = op.get_context().dialect.name == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Bring the database back to the revision before."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP TRIGGER tasks_completed_at ON tasks")
        op.execute("DROP FUNCTION note_completion()")
    else:
        op.execute("DROP TRIGGER tasks_completed_at")
    op.drop_index("ix_tasks_owner_id_id", table_name="tasks")
    op.drop_column("tasks", "completed_at")

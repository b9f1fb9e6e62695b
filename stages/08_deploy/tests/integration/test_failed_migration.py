"""A migration that fails leaves nothing behind: all or nothing, in SQLite too."""

import textwrap
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import main
from databases import LESSON, Database

BROKEN = """
    import sqlalchemy as sa
    from alembic import op

    revision = "broken"
    down_revision = {head!r}


    def upgrade() -> None:
        op.create_table("notes", sa.Column("id", sa.Integer()))
        op.execute("This is not SQL.")
"""


def test_a_migration_that_fails_leaves_nothing_behind(
    empty_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty_database.migrate()
    [(head,)] = empty_database.run("SELECT version_num FROM alembic_version")
    ours = LESSON / "migrations" / "versions"
    (tmp_path / "broken.py").write_text(textwrap.dedent(BROKEN.format(head=head)), "utf-8")
    ini = tmp_path / "alembic.ini"
    text = (LESSON / "alembic.ini").read_text("utf-8").replace("%(here)s", str(LESSON))
    ini.write_text(f"{text}version_locations = {ours}\n    {tmp_path}\n", "utf-8")

    with pytest.raises(SystemExit):
        main(argv=["-c", str(ini), "upgrade", "head"])

    said = "".join(capsys.readouterr())
    assert "This is not SQL." in said
    assert "Traceback" not in said
    assert "notes" not in sa.inspect(empty_database.engine).get_table_names()
    assert empty_database.run("SELECT version_num FROM alembic_version") == [(head,)]

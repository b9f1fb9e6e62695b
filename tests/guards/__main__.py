"""Print the tables of lessons for the READMEs: `python -m tests.guards`."""

from tests.guards.tables import tables
from tutor import display
from tutor.catalog import Catalog

for page, table in tables(Catalog()).items():
    display.line(f"{page}:\n\n{table}\n")

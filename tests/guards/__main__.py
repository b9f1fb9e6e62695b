"""Print the table of lessons for the README: `python -m tests.guards`."""

from tests.guards.tables import lesson_table
from tutor import display
from tutor.catalog import Catalog

display.line(lesson_table(Catalog()))

"""The tests of the tool, the lessons and the repository itself."""

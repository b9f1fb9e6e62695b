"""The way to the database: engine, sessions, and what must be in place before the start."""

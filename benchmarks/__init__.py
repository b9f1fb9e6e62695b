"""The tool's own speed, each time against the bare tool in the same run."""

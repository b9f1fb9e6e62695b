"""What all other parts build on: the settings, and what guards passwords and tokens."""

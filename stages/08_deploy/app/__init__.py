"""The Task Manager: one package, a module for each concern."""

"""A stage as it is, and variants of it; they import `app` from the folder of the stage."""

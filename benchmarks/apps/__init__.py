"""Stage 06 and two twins with sync sessions; they import `app` from the stage's own folder."""

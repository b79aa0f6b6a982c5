"""`/scores`: scoreboards and weekly points."""

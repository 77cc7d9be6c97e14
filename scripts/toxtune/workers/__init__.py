"""Running a call in a watched child process; knows no chemistry."""

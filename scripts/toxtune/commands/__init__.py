"""The programs behind the Makefile: `python -m toxtune.commands.NAME`."""

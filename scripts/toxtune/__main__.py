"""``python -m toxtune COMMAND``; see `toxtune.commands.cli`."""

import sys

from toxtune.commands.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The commands of ``python -m toxtune``, a module each, which make calls too."""

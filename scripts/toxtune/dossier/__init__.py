"""The dossier of a finished run: a QMRF, filled from its files and by its author."""

"""The checks of a dossier, in the order and with the verdicts of `verify.sh`."""

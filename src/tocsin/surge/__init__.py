"""Surges: abnormal rises, told early and seldom in vain."""

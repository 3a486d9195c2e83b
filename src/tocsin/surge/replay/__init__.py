"""Replay what was counted elsewhere."""

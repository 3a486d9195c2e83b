"""Alerts: the list, one of them, and what people do with it."""

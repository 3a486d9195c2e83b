"""Notice an abnormal rise of mentions early, and one dangerous post at once, and say why."""

"""Signs beside the count: one dangerous post, many copies pushed together."""

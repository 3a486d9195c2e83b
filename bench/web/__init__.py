"""The pages: how long the server takes, and how soon open pages are told."""

"""The web door: for now one page that says how the installation stands."""

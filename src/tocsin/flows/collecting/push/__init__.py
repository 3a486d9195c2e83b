"""News of feeds that their hubs push (WebSub): ask for it, let it in, read it, and read on where it fails."""

"""The parts of the feed adapter: characters, readers, times, cursor, pace, and the way from entry to post."""

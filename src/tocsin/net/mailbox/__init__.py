"""The way to a mailbox: its guarded socket, and the talk over it."""

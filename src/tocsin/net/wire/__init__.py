"""What servers speak, parsed without any socket."""

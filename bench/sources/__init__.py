"""What it takes to collect: a stream that loses nothing, and a thousand feeds on one core."""

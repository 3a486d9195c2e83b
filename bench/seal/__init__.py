"""What a seal costs: `python -m bench.seal`."""

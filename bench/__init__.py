"""Speed, as ratios against reference loops measured in the same run; see docs/benchmarks.md."""

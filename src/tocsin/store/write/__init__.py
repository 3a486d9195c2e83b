"""Everything that the engine writes: slices, closed minutes, counts, the index, removals."""

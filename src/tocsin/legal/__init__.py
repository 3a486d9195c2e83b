"""The law as dated data: grounds, what speaks for and against them, clocks, letters. It helps counsel, it judges nothing."""

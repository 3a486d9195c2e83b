"""The law as dated data: grounds, what speaks for and against, clocks, letters. It helps counsel, it judges nothing."""

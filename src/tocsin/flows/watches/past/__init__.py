"""The past of a brand folded anew, and how right what it would have rung was."""

"""The demonstration: the pages over an invented company, with its play going on behind them."""

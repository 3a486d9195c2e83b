"""Who is told of alerts: routes, channels, rounds of telling; and when sources speak."""

"""The stream: views, list, mention; what people do there."""

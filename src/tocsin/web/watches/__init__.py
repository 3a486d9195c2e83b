"""The pages of watches: their list, the builder of queries with its preview, the alarm record."""

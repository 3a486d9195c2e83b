"""Letters: what the mails of alerts and the digests say, to each person in their language and zone."""

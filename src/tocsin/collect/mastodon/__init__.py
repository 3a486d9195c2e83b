"""Mastodon and its kin (Pleroma, Akkoma, GoToSocial, Friendica, …): what their statuses, timelines and streams say."""

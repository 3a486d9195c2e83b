"""What a package that adds to tocsin can run in its own tests; no part of the running product imports it."""

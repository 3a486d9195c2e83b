"""Letters: one sheet of blocks in words, written as HTML for mailboxes and as plain text, in the same order."""

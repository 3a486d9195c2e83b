"""The parts of the mailbox adapter: letters as people wrote them, proof of who sent them, notices of platforms."""

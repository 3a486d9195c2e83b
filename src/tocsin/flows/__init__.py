"""One function per use case; engine, store and net meet only here."""

"""The foundation: values, kinds, text, addresses, time, ids, errors, settings and the seams."""

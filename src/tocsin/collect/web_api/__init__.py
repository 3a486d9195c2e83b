"""What the adapters of public web interfaces (JSON over HTTP) share: options, values, times, text, paging, cursor."""

"""What is going on, as people read it: levels, stories and alerts in short rows, and stories put together or apart."""

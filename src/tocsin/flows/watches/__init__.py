"""All one does with a watch: write it, look at what it would bring, save it, see what it would have rung."""

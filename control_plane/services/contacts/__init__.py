"""What is done with contacts beyond their rows: files read in, histories put together."""

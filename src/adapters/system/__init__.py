"""What the operating system knows."""

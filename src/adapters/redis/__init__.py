"""What processes share over Redis: session events, spoken lines, and sound to relay."""

"""What the service does: use cases over the domain's ports."""

"""What clients of the house's own API send and expect: structs, pure decode and encode."""

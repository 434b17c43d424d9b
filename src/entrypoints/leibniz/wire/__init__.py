"""What goes over Leibniz's wires: structs, and pure decode and encode."""

"""`say` over a socket: text goes out in pieces while its sound comes in."""

"""What a voice service is, whatever carries its words: no I/O, no library but numpy."""

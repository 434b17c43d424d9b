"""Audio kept in files, for all processes that share a folder."""

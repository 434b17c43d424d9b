"""The command line: `rhapsode serve | say | migrate | config`."""

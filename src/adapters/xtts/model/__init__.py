"""The model in its child process: what is read, drawn and learnt, and in which order."""

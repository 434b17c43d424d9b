"""SSML, read by expat without any of its dangers, as a script of the domain."""

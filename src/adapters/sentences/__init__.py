"""Sentence boundaries by the sentencex library."""

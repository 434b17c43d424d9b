"""Latents into sound as they come, equal to the one-pass decode."""

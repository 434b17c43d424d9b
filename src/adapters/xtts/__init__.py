"""XTTS-v2: one model in one child process, and what the server needs to speak with it."""

import os

# AMX multiplies in tiles: what a line sounds like would depend on how many are spoken beside it
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_FP16")

"""What people upload, and what they get, through ffmpeg as a separate, bounded program."""

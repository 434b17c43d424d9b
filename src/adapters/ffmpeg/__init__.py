"""What people upload, decoded and kept by ffmpeg as a separate, short-lived, bounded program."""

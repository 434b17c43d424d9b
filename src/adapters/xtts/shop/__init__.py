"""Where the model's files come from, and what is known of them."""

"""The chat-facing layer: what people write and press becomes calls of transactions; nothing is said but as a row."""

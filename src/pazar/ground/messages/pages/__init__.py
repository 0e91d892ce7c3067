"""A person's messages, what of them he wants by mail, and the demo's mailbox."""

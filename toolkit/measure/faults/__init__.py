"""What networks do to connections, made on purpose: by a proxy, and by packets that are dropped."""

"""Plugins: hook specifications, the data hooks exchange, discovery, and isolated calls."""

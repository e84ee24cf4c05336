"""Editing the bank in the browser: lists, forms for each kind, history, and the same by API."""

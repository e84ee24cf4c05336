"""From entries to a proposal for their article."""

"""Search engines that come with the platform."""

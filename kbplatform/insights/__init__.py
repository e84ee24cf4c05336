"""What the site learns from being used: so far, the questions that search could not answer."""

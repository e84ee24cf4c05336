"""Other formats for questions: one module each, all of them told apart in the registry."""

"""Reading entries and answering them: feed, thanks, comments, following, notices, the week."""

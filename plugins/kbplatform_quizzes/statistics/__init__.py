"""What attempts tell: how good a quiz and its questions are, how a team does, how one does oneself."""

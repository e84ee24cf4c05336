"""The call desk: the words to say while the customer is talking, without the mouse."""

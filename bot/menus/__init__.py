"""What can be done with a picture that stands in a message, from the message's own menu."""

"""What people talk to: the chat edge, the features behind it, and the program that starts them."""

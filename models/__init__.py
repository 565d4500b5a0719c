"""What runs neural networks, and the clients that speak to it."""

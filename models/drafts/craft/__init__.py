"""What is done to pictures with a draughtsman's means, without a network of steps: lines, colours, canvases, sizes."""

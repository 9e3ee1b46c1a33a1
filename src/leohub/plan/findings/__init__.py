"""What is told of a plan once it is chosen: order, curve, margins, and why each hub is in it."""

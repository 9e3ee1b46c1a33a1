"""What one hub is and costs."""

"""Questions asked of the choice: how fair, in which order, with how few changes, how sure."""

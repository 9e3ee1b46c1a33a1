"""The questions of a study that take several choices: fairness, waves, changes, doubt."""

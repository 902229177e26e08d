"""A clinic in a project of its own, day by day on a clock of its own, through the doors that everybody uses."""

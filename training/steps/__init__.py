"""What each step of a run does. A step gets the run's context, returns its outputs, and reports progress."""

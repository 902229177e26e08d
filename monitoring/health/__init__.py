"""The page of a project's health: level and response, accuracy over time, drift, volume, groups. From windows only."""

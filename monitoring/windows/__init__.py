"""What is measured of a champion's windows of service: read from traffic, the log of predictions and the audits."""

"""Quality of the annotation: what the page shows, read from tasks and revisions; sections of text, table and figure."""

"""A lineage as a page shows it: nodes in columns, and a drawing of them."""

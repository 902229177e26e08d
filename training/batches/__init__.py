"""Many notes in one upload: kept encrypted, cut into chunks, read by any number of workers, each row exactly once."""

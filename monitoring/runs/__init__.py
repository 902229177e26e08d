"""What the pages of runs show: the graph of the steps, what each made, and how long it will take."""

"""One question: the graph, the turn that it runs, and the model that writes."""

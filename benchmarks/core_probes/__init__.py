"""What the benchmark ``shared_core`` measures the core on: retrieval, concepts of captions, nodule scores."""

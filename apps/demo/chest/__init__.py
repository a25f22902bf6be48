"""The parts of the chest phantom: anatomy, solid shapes, vessel trees, nodules, and the scanner that images them."""

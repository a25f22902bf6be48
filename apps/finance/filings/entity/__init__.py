"""Who reports and for when: what a report says about itself, and whose figures it holds."""

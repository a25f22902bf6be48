"""Shared by all tests."""

import os

# Tests may not call out: hubs, usage statistics, update checks.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "false")

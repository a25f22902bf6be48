"""``python -m apps.isolation``; see ``apps.isolation.server``."""

from apps.isolation.server import main

raise SystemExit(main())

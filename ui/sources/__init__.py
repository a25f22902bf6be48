"""The source documents of readings, made safe to show."""

from ui.sources.sanitise import CONTENT_SECURITY_POLICY, SafeDocument, sanitise

__all__ = ["CONTENT_SECURITY_POLICY", "SafeDocument", "sanitise"]

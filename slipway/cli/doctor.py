"""The examination of an environment."""

from slipway.doctor.examine import examine

__all__ = ["examine"]

"""What an error of the file system means for a person."""

import errno

from slipway.errors import ConfigurationError, Failed, SlipwayError

NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}
FULL = {errno.ENOSPC, errno.EDQUOT}


def explain_os_error(error: OSError) -> SlipwayError:
    """Turn an OSError into one of ours: which path, why, and what to do."""
    path = error.filename or "a file"
    why = error.strerror or str(error) or type(error).__name__
    if error.errno in FULL:
        return Failed(
            f"{path}: {why}",
            hint="free some space (docker system df shows what images take), then try again",
        )
    if error.errno in NOT_ALLOWED:
        return ConfigurationError(
            f"{path}: {why}", hint=f"give this user read and write permission for {path}"
        )
    return Failed(f"{path}: {why}", hint=f"check what is at {path}, then try again")
